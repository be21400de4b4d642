// Known values on networks from files, and what domains, largest radii, limits and interruptions do to an answer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "networks.h"

namespace foldproof::testing {
namespace {

Model load(const std::string& name) {
  return Model::load(std::string(FOLDPROOF_TESTS_DIR) + "/data/nets/" + name + ".onnx");
}

Model zoo(const std::string& name) { return model_of(read_json("zoo.json").at("nets").at(name).at("layers")); }

Options with_threads(int threads) {
  Options options;
  options.threads = threads;
  options.time = 60;
  return options;
}

Rational exact(const std::string& number) { return Rational::parse(number).value(); }

struct Known {
  const char* net;
  std::vector<std::string> at;
  double radius;
  int threads;
};

void PrintTo(const Known& known, std::ostream* out) { *out << known.net << ", " << known.threads << " threads"; }

class KnownValues : public ::testing::TestWithParam<Known> {};

TEST_P(KnownValues, AreFound) {
  const Known& known = GetParam();
  const Model model = load(known.net);
  const Answer answer = radius(model, known.at, with_threads(known.threads));
  expect_consistent(model, answer, 1e-6);
  EXPECT_EQ(answer.status, "solved");
  ASSERT_TRUE(answer.upper.has_value());
  EXPECT_NEAR(*answer.upper, known.radius, 1e-6 * (1.0 + known.radius));
  EXPECT_NEAR(answer.lower, known.radius, 3e-6 * (1.0 + known.radius));
  EXPECT_EQ(answer.effort.threads, known.threads);
}

INSTANTIATE_TEST_SUITE_P(
    Files, KnownValues,
    ::testing::Values(Known{"brus_A", {"1", "2.1"}, 1.398425, 1}, Known{"brus_A", {"1", "2.1"}, 1.398425, 2},
                      Known{"brus_A", {"2", "0.4"}, 0.384874, 1}, Known{"vdp_A", {"0", "0"}, 3.064355, 1},
                      Known{"vdp_A", {"0", "0"}, 3.064355, 2}, Known{"vdp_B4", {"0", "0"}, 3.524079, 1},
                      Known{"toy1d_s1", {"-1.8"}, 0.22275742, 1}, Known{"toy1d_s1", {"-1.0"}, 0.39298271, 1},
                      Known{"toy1d_s1", {"0.6"}, 0.36569258, 1}, Known{"toy1d_s1", {"0.6"}, 0.36569258, 2}));

TEST(KnownValues, BrusselatorIsBelowThePublishedUpperBound) {
  const Answer answer = radius(load("brus_A"), {"1", "2.1"}, with_threads(1));
  EXPECT_LT(*answer.upper, 1.3984375);
}

// Three inputs: proved in seconds only where the whole search is fast, so the bracket alone is asked here.
TEST(KnownValues, LorenzBracketHoldsTheKnownRadius) {
  for (const int threads : {1, 2}) {
    Options options = with_threads(threads);
    options.time = 2;
    const Model model = load("lorenz3_32x2");
    const Answer answer = radius(model, {"0", "0", "0"}, options);
    expect_consistent(model, answer, 1e-6);
    EXPECT_LE(answer.lower, 0.800188);
    ASSERT_TRUE(answer.upper.has_value());
    EXPECT_GE(*answer.upper, 0.800186);
  }
}

TEST(Domain, CuttingTheBallNeverShrinksTheRadius) {
  const Model model = load("brus_A");
  const Answer whole = radius(model, {"1", "2.1"}, with_threads(1));
  for (const auto& [low, high] : {std::pair{"0", "2"}, std::pair{"0.9", "9"}, std::pair{"-9", "1.1"}}) {
    Options options = with_threads(1);
    options.domain = {{low, high}, {"-20", "20"}};
    const Answer cut = radius(model, {"1", "2.1"}, options);
    expect_consistent(model, cut, 1e-6);
    EXPECT_EQ(cut.status, "solved") << low << ':' << high;
    if (cut.upper) {
      EXPECT_GE(*cut.upper, whole.lower) << low << ':' << high;
    }
  }
}

TEST(Domain, WithoutTheFoldNothingLimits) {
  // shift_fold folds along x + y = 1.
  const Model model = zoo("shift_fold");
  Options options = with_threads(1);
  options.domain = {{"-3", "1/3"}, {"-2", "0.6"}};
  const Answer answer = radius(model, {"0", "0"}, options);
  EXPECT_EQ(answer.status, "solved");
  EXPECT_EQ(answer.limit, "none_within_domain");
  EXPECT_FALSE(answer.upper.has_value());
  EXPECT_EQ(answer.lower, 3.0);
  // On its boundary, a face of the domain itself, and just behind it.
  options.domain = {{"-3", "0.5"}, {"-2", "0.5"}};
  const Answer touching = radius(model, {"0", "0"}, options);
  expect_consistent(model, touching, 1e-6);
  EXPECT_FALSE(touching.upper.has_value()) << "the fold touches the domain in one point";
  options.domain = {{"-3", "0.5"}, {"-2", "0.50001"}};
  const Answer behind = radius(model, {"0", "0"}, options);
  expect_consistent(model, behind, 1e-6);
  ASSERT_TRUE(behind.upper.has_value());
  EXPECT_NEAR(*behind.upper, 0.5, 1e-4);
}

TEST(Domain, TheCentreMayLieOnItsBoundary) {
  const Model model = zoo("shift_fold");
  Options options = with_threads(1);
  options.domain = {{"0", "3"}, {"0", "3"}};
  const Answer answer = radius(model, {"0", "0"}, options);
  expect_consistent(model, answer, 1e-6);
  expect_radius(answer, "1/2");
  options.domain = {{"-3", "0"}, {"-3", "3"}};
  const Answer left = radius(model, {"0", "0"}, options);
  expect_consistent(model, left, 1e-6);
  expect_radius(left, "1");
}

TEST(MaxRadius, BelowTheRadiusItIsProvedWhole) {
  const Model model = load("brus_A");
  for (const char* limit : {"0.25", "1", "1.375", "0.1"}) {
    Options options = with_threads(1);
    options.max_radius = limit;
    const Answer answer = radius(model, {"1", "2.1"}, options);
    EXPECT_EQ(answer.status, "solved");
    EXPECT_EQ(answer.limit, "none_within_max_radius") << limit;
    EXPECT_FALSE(answer.upper.has_value());
    EXPECT_GE(exact(answer.lower_exact), exact(limit));
    EXPECT_LE(answer.lower, std::nextafter(exact(limit).nearest_double(), 9.0));
  }
}

TEST(Injective, AgreesWithTheRadius) {
  const Model model = load("brus_A");
  const Answer ball = radius(model, {"1", "2.1"}, with_threads(1));
  const auto box_of = [](const Rational& r) {
    const Rational x = exact("1");
    const Rational y = exact("2.1");
    return std::vector<std::pair<std::string, std::string>>{{(x - r).str(), (x + r).str()},
                                                            {(y - r).str(), (y + r).str()}};
  };
  for (const int threads : {1, 2}) {
    const Answer inside = injective(model, box_of(exact(ball.lower_exact)), with_threads(threads));
    EXPECT_EQ(inside.verdict, "proved");
    EXPECT_EQ(inside.status, "solved");
    EXPECT_FALSE(inside.witness.has_value());
    const Answer outside = injective(model, box_of(exact(*ball.upper_exact)), with_threads(threads));
    EXPECT_EQ(outside.verdict, "refuted");
    ASSERT_TRUE(outside.witness.has_value());
    expect_consistent(model, outside, 1e-6);
  }
  const Answer thin = injective(model, {{"0.5", "0.5000001"}, {"2", "3"}}, with_threads(1));
  EXPECT_EQ(thin.verdict, "proved");
}

TEST(Injective, FindsAFarCollisionInsideTheBoxOnly) {
  // branch4_b: (1/2, 1/2) and (1/2, -1/2) collide.
  const Model model = zoo("branch4_b");
  const Answer both = injective(model, {{"1/4", "3"}, {"-1", "1"}}, with_threads(1));
  EXPECT_EQ(both.verdict, "refuted");
  expect_consistent(model, both, 1e-6);
  const Answer one = injective(model, {{"1/4", "3"}, {"1/4", "3"}}, with_threads(1));
  EXPECT_NE(one.verdict, "refuted");
}

TEST(Limits, TimeStopsWithATrueLowerBound) {
  const Model model = load("vdp_256x2");
  Options options = with_threads(1);
  options.time = 0.05;
  const Answer answer = radius(model, {"0", "0"}, options);
  EXPECT_EQ(answer.status, "stopped");
  EXPECT_EQ(answer.stop_reason, "time");
  EXPECT_LE(answer.lower, 3.58589);
  expect_consistent(model, answer, 1e-6);
  EXPECT_LT(answer.effort.seconds, 5.0);
}

TEST(Limits, ARunThatMayUseNoMemoryStops) {
  Options options = with_threads(1);
  options.memory_gib = 1e-6;
  const Answer answer = radius(load("vdp_256x2"), {"0", "0"}, options);
  EXPECT_EQ(answer.status, "stopped");
  EXPECT_EQ(answer.stop_reason, "memory");
}

// What the process holds already is the caller's: PyTorch alone takes half a GiB.
TEST(Limits, MemoryThatWasThereBeforeDoesNotCount) {
  const std::vector<char> held(std::size_t{1} << 28U, 'x');
  Options options = with_threads(1);
  options.memory_gib = 0.125;
  const Answer answer = radius(load("toy1d_s1"), {"-1"}, options);
  EXPECT_EQ(answer.status, "solved");
  EXPECT_GT(answer.effort.peak_memory_mib, 256.0);
  EXPECT_EQ(held.back(), 'x');
}

TEST(Limits, AnInterruptStopsWithinASecondOrTwo) {
  for (const int threads : {1, 2}) {
    std::atomic<bool> interrupt{false};
    Options options = with_threads(threads);
    options.interrupt = &interrupt;
    std::chrono::steady_clock::time_point set;
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      set = std::chrono::steady_clock::now();
      interrupt = true;
    });
    const Model model = load("vdp_256x2");
    const Answer answer = radius(model, {"0", "0"}, options);
    const auto end = std::chrono::steady_clock::now();
    other.join();
    EXPECT_EQ(answer.status, "stopped");
    EXPECT_EQ(answer.stop_reason, "interrupt");
    EXPECT_LT(std::chrono::duration<double>(end - set).count(), 2.0);
    EXPECT_LE(answer.lower, 3.58589);
    expect_consistent(model, answer, 1e-6);
  }
}

TEST(Progress, LowerNeverFallsAndUpperNeverRises) {
  const Model model = load("vdp_A");
  for (const int threads : {1, 2}) {
    std::vector<Progress> seen;
    Options options = with_threads(threads);
    options.progress_per_second = 1000;
    options.progress = [&](const Progress& progress) { seen.push_back(progress); };
    const Answer answer = radius(model, {"0", "0"}, options);
    ASSERT_GT(seen.size(), 3U);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_LE(seen[i].lower, answer.lower);
      if (seen[i].upper) {
        EXPECT_GE(*seen[i].upper, *answer.upper);
      }
      if (i == 0) continue;
      EXPECT_GE(seen[i].lower, seen[i - 1].lower);
      EXPECT_GE(seen[i].seconds, seen[i - 1].seconds);
      EXPECT_GE(seen[i].regions, seen[i - 1].regions);
      EXPECT_GE(seen[i].pairs, seen[i - 1].pairs);
      if (seen[i - 1].upper) {
        ASSERT_TRUE(seen[i].upper.has_value());
        EXPECT_LE(*seen[i].upper, *seen[i - 1].upper);
      }
    }
  }
}

TEST(Leaves, AreThinnedToTheNumberAsked) {
  Options options = with_threads(1);
  options.keep_leaves = 50;
  const Answer answer = radius(load("vdp_A"), {"0", "0"}, options);
  EXPECT_LE(answer.leaves.size(), 50U);
  EXPECT_GE(answer.leaves.size(), 20U);
  EXPECT_GT(answer.leaves_total, 50U);
  for (const Leaf& leaf : answer.leaves) {
    EXPECT_STRNE(leaf.test, "");
    ASSERT_EQ(leaf.lower.size(), 2U);
    ASSERT_EQ(leaf.upper.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_LE(leaf.lower[i], leaf.upper[i]);
  }
}

TEST(Arguments, AreRefusedWithOneSentence) {
  const Model model = zoo("shift_fold");
  EXPECT_THROW(radius(model, {"0"}, {}), InputError);
  EXPECT_THROW(radius(model, {"0", "zero"}, {}), InputError);
  const auto refused = [&](auto change) {
    Options options;
    change(options);
    EXPECT_THROW(radius(model, {"0", "0"}, options), InputError);
  };
  refused([](Options& o) { o.gap = 0; });
  refused([](Options& o) { o.gap = 1; });
  refused([](Options& o) { o.time = -1; });
  refused([](Options& o) { o.threads = -1; });
  refused([](Options& o) { o.norm = "l3"; });
  refused([](Options& o) { o.scale = {"1"}; });
  refused([](Options& o) { o.scale = {"1", "0"}; });
  refused([](Options& o) { o.scale = {"1", "-2"}; });
  refused([](Options& o) { o.scale = {"1", "wide"}; });
  refused([](Options& o) { o.max_radius = "0"; });
  refused([](Options& o) { o.max_radius = "far"; });
  refused([](Options& o) { o.domain = {{"0", "1"}}; });
  refused([](Options& o) { o.domain = {{"1", "2"}, {"0", "1"}}; });
  refused([](Options& o) { o.domain = {{"0", "0"}, {"0", "1"}}; });
  EXPECT_THROW(injective(model, {{"0", "1"}}, {}), InputError);
  Options euclidean;
  euclidean.norm = "l2";
  EXPECT_THROW(injective(model, {{"0", "1"}, {"0", "1"}}, euclidean), InputError);
  EXPECT_THROW(injective(model, {{"0", "1"}, {"1", "0"}}, {}), InputError);
}

}  // namespace
}  // namespace foldproof::testing
