// The published method as a whole: radii known beforehand, our engine beside it, limits, and mistakes of callers.
#include <gtest/gtest.h>

#include <atomic>

#include "foldproof/foldproof.h"
#include "networks.h"
#include "random_networks.h"

namespace foldproof {
namespace {

Model as_model(Network network) { return Model(std::make_shared<const Network>(std::move(network))); }

Model zoo(const std::string& name) {
  return testing::model_of(testing::read_json("zoo.json").at("nets").at(name).at("layers"));
}

Options within(const std::string& max_radius) {
  Options options;
  options.max_radius = max_radius;
  return options;
}

TEST(Bisection, RadiiOfTheZoo) {
  const auto nets = testing::read_json("zoo.json").at("nets");
  int compared = 0;
  for (const auto& [name, entry] : nets.items()) {
    SCOPED_TRACE(name);
    const Model model = testing::model_of(entry.at("layers"));
    if (model.inputs() != model.outputs()) continue;
    const auto answer = mip({"radius", &model, nullptr, testing::texts(entry.at("centre"))},
                            within(testing::text(entry.at("search_radius"))), {});
    EXPECT_EQ(answer.status, "solved");
    const std::string exact = testing::text(entry.at("r_star_Linf"));
    ++compared;
    if (exact == "inf") {
      EXPECT_FALSE(answer.upper);
      continue;
    }
    const double r = Rational::parse(exact).value().nearest_double();
    ASSERT_TRUE(answer.upper && answer.pair);
    // A pair further apart than the threshold may need a little more room than r*.
    EXPECT_GE(*answer.upper, r - 1e-9);
    EXPECT_LE(answer.lower, 1.001 * r + 1e-3);
    EXPECT_GE(*answer.upper, answer.lower);
    EXPECT_LT(answer.pair->image_gap, 1e-5);
    EXPECT_GT(answer.pair->distance, answer.settings.threshold);
  }
  EXPECT_GE(compared, 10);
}

TEST(Bisection, AgreesWithTheEngineOnRandomNetworks) {
  std::mt19937_64 random(5);
  int collided = 0;
  for (int trial = 0; trial < 12; ++trial) {
    SCOPED_TRACE(trial);
    testing::RandomShape shape;
    shape.hidden = 1 + trial % 2;
    shape.skip = trial % 3 == 0;
    shape.width = 3;
    shape.weights = testing::Weights::integers;
    const Model model = as_model(testing::random_network(shape, random));
    MipOptions settings;
    settings.big_m = trial % 2 == 0 ? "interval" : "lp";
    MipAnswer answer = mip({"radius", &model, nullptr, {"1/4", "1/8"}}, within("2"), settings);
    ASSERT_EQ(answer.status, "solved");
    Options options = within("2");
    options.check = false;
    const Answer engine = radius(model, {"1/4", "1/8"}, options);
    ASSERT_EQ(engine.status, "solved");
    EXPECT_EQ(answer.upper.has_value(), engine.upper.has_value());
    if (!answer.upper || !engine.upper) continue;
    ++collided;
    EXPECT_GE(*answer.upper, engine.lower - 1e-6);
    EXPECT_LE(answer.lower, *engine.upper + 5e-3);
    confront(answer, engine);
    EXPECT_EQ(answer.disagreement == "certified", *engine.upper <= answer.lower);
    EXPECT_NE(answer.disagreement, "refuted");
  }
  EXPECT_GE(collided, 4);
}

TEST(Bisection, WhatTheThresholdHidesIsADisagreement) {
  // |x| about 1: pairs t, -t lie in the ball of radius 1 + t and are 2 t apart.
  const Model model = zoo("abs1d");
  MipOptions settings;
  settings.threshold = 0.5;
  MipAnswer answer = mip({"radius", &model, nullptr, {"1"}}, within("4"), settings);
  EXPECT_NEAR(answer.lower, 1.25, 1e-2);
  confront(answer, radius(model, {"1"}, within("4")));
  EXPECT_EQ(answer.disagreement, "certified");
  ASSERT_TRUE(answer.engine && answer.engine->witness);
  const auto& witness = *answer.engine->witness;
  for (const auto* point : {&witness.x_exact, &witness.y_exact}) {
    EXPECT_LE(abs(Rational::parse((*point)[0]).value() - Rational(1)), Rational::from_double(answer.lower));
  }
  EXPECT_EQ(model.evaluate(witness.x_exact), model.evaluate(witness.y_exact));
}

TEST(Bisection, ABallThatIsProvedIsNotRefuted) {
  // A claim to the contrary would be the solver's mistake; here it is ours, made on purpose.
  const Model model = zoo("abs1d");
  MipAnswer answer = mip({"radius", &model, nullptr, {"1"}}, within("4"), {});
  answer.upper = 0.75;
  answer.lower = 0.5;
  confront(answer, radius(model, {"1"}, within("4")));
  EXPECT_EQ(answer.disagreement, "refuted");
}

TEST(Bisection, ProblemTwo) {
  const Model model = zoo("abs1d");
  const MipAnswer answer = mip({"pseudo", &model, nullptr, {"1"}}, within("4"), {});
  EXPECT_EQ(answer.question, "pseudo");
  EXPECT_LE(answer.lower, 2.0);
  ASSERT_TRUE(answer.upper && answer.pair);
  EXPECT_GE(*answer.upper, 2.0 - 1e-9);
  EXPECT_LE(*answer.upper - answer.lower, 1e-3 * *answer.upper);
  EXPECT_NEAR(answer.pair->x[0], -1.0, 1e-6);
  EXPECT_EQ(answer.pair->y, std::vector<double>{1.0});
}

TEST(Bisection, ProblemThreeHandExample) {
  // f1 = (x, relu(y - 1)), f2 = (2x, relu(y - 2)) about 0: r_12 = infinity, r_21 = 1.
  const auto layers = [](const char* text) { return testing::model_of(nlohmann::json::parse(text)); };
  const Model first = layers(R"([{"W": [[1, 0], [-1, 0], [0, 1]], "b": [0, 0, -1]},
                                 {"W": [[1, -1, 0], [0, 0, 1]], "b": [0, 0]}])");
  const Model second = layers(R"([{"W": [[1, 0], [-1, 0], [0, 1]], "b": [0, 0, -2]},
                                  {"W": [[2, -2, 0], [0, 0, 1]], "b": [0, 0]}])");
  const MipAnswer there = mip({"factor", &first, &second, {"0", "0"}}, within("8"), {});
  EXPECT_EQ(there.status, "solved");
  EXPECT_EQ(there.lower, 8.0);
  EXPECT_FALSE(there.upper);
  const MipAnswer back = mip({"factor", &second, &first, {"0", "0"}}, within("8"), {});
  ASSERT_TRUE(back.upper);
  EXPECT_NEAR(back.lower, 1.0, 2e-3);
  EXPECT_NEAR(*back.upper, 1.0, 2e-3);
}

TEST(Bisection, StopsWhenTold) {
  const Model model = zoo("abs1d");
  std::atomic<bool> interrupt{true};
  Options options = within("4");
  options.interrupt = &interrupt;
  const MipAnswer answer = mip({"radius", &model, nullptr, {"1"}}, options, {});
  EXPECT_EQ(answer.status, "stopped");
  EXPECT_EQ(answer.stop_reason, "interrupt");
  EXPECT_EQ(answer.lower, 0.0);
  EXPECT_FALSE(answer.upper);
}

TEST(Bisection, AnInterruptReachesTheSolver) {
  std::mt19937_64 random(3);
  testing::RandomShape shape;
  shape.hidden = 2;
  shape.width = 40;
  const Model model = as_model(testing::random_network(shape, random));
  std::atomic<bool> interrupt{false};
  Options options = within("4");
  options.interrupt = &interrupt;
  options.progress_per_second = 1000;
  options.progress = [&](const Progress& now) {
    EXPECT_STREQ(now.phase, "mip");
    if (now.seconds > 0.1) interrupt = true;
  };
  const MipAnswer answer = mip({"radius", &model, nullptr, {"0", "0"}}, options, {});
  EXPECT_EQ(answer.stop_reason, "interrupt");
}

TEST(Bisection, FailuresOfTheCallerPassThroughTheSolver) {
  std::mt19937_64 random(3);
  testing::RandomShape shape;
  shape.hidden = 2;
  shape.width = 40;
  const Model model = as_model(testing::random_network(shape, random));
  Options options = within("4");
  options.progress_per_second = 1000;
  options.progress = [](const Progress& now) {
    if (now.seconds > 0.1) throw std::runtime_error("the caller's own");
  };
  EXPECT_THROW(mip({"radius", &model, nullptr, {"0", "0"}}, options, {}), std::runtime_error);
}

TEST(Bisection, MistakesOfCallers) {
  const Model model = zoo("abs1d");
  const Model plane = zoo("pmat_ok");
  const auto ask = [&](const MipOptions& settings) { mip({"radius", &model, nullptr, {"1"}}, within("4"), settings); };
  EXPECT_THROW(ask({.threshold = 0.0}), InputError);
  EXPECT_THROW(ask({.threshold = std::nan("")}), InputError);
  EXPECT_THROW(ask({.gap = 1.0}), InputError);
  EXPECT_THROW(ask({.big_m = "guess"}), InputError);
  EXPECT_THROW(mip({"factor", &model, &plane, {"1"}}, within("4"), {}), InputError);
  EXPECT_THROW(mip({"radius", &model, nullptr, {"1", "2"}}, within("4"), {}), InputError);
}

}  // namespace
}  // namespace foldproof
