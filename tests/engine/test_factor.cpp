// Problem 3 on networks solved by hand, and Problem 1 of maps to more or fewer outputs than inputs.
#include <gtest/gtest.h>

#include <algorithm>

#include "networks.h"

namespace foldproof::testing {
namespace {

using nlohmann::json;

/// y = out (x, relu(hidden)): rows of `hidden` are (weights, bias), rows of `out` (weights of x and of neurons, bias).
Model with_skip(int n, const json& hidden, const json& out) {
  NetworkBuilder builder(n);
  std::vector<AffineRow> rows;
  for (int i = 0; i < n; ++i) rows.push_back(builder.input(i));
  const auto combined = [&](const json& weights) {
    std::vector<Rational> factors;
    std::vector<const AffineRow*> pointers;
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
      factors.push_back(number(weights[i]));
      pointers.push_back(&rows[i]);
    }
    return NetworkBuilder::combine(factors, pointers, number(weights.back()));
  };
  std::vector<AffineRow> neurons;
  for (const json& row : hidden) neurons.push_back(builder.relu(combined(row)));
  for (AffineRow& row : neurons) rows.push_back(std::move(row));
  std::vector<AffineRow> outputs;
  for (const json& row : out) outputs.push_back(combined(row));
  return Model(std::make_shared<const Network>(builder.finish(std::move(outputs), {})));
}

Options up_to(const std::string& radius, int threads = 1) {
  Options options;
  options.threads = threads;
  options.time = 60;
  options.max_radius = radius;
  return options;
}

void expect_pair(const Model& a, const Model& b, const Answer& answer) {
  EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  if (!answer.upper) return;
  ASSERT_TRUE(answer.witness.has_value());
  const Witness& pair = *answer.witness;
  EXPECT_EQ(a.evaluate(pair.x_exact), pair.f_exact);
  EXPECT_EQ(a.evaluate(pair.y_exact), pair.f_exact);
  EXPECT_EQ(b.evaluate(pair.x_exact), pair.b_x_exact);
  EXPECT_EQ(b.evaluate(pair.y_exact), pair.b_y_exact);
  EXPECT_NE(pair.b_x_exact, pair.b_y_exact);
}

/// r_AB and r_BA, each an exact radius or "inf"; and that the networks in the other order give the same, swapped.
void expect_factor(const Model& a, const Model& b, const std::vector<std::string>& at, const std::string& ab,
                   const std::string& ba, const std::string& largest = "4") {
  for (const int threads : {1, 2}) {
    const FactorAnswer answer = factor(a, b, at, up_to(largest, threads));
    expect_pair(a, b, answer.ab);
    expect_pair(b, a, answer.ba);
    expect_radius(answer.ab, ab);
    expect_radius(answer.ba, ba);
  }
  const FactorAnswer swapped = factor(b, a, at, up_to(largest));
  expect_radius(swapped.ab, ba);
  expect_radius(swapped.ba, ab);
}

TEST(Factor, FollowsThroughNeuronsThatForgetDifferentParts) {
  // A = (x, relu(y - 1)), B = (2x, relu(y - 2)): neither is injective anywhere, B forgets more than A.
  const Model a = with_skip(2, {{0, 1, -1}}, {{1, 0, 0, 0}, {0, 0, 1, 0}});
  const Model b = with_skip(2, {{0, 1, -2}}, {{2, 0, 0, 0}, {0, 0, 1, 0}});
  expect_factor(a, b, {"0", "0"}, "inf", "1");
}

TEST(Factor, OfANetworkAndItselfIsInfinite) {
  const Model fold = with_skip(1, {{1, 0}, {1, -1}}, {{1, -3, 2, 0}});
  expect_factor(fold, fold, {"0"}, "inf", "inf");
}

TEST(Factor, SeesThatOneNetworkEndsInTheOther) {
  // A(x) = |x - 1|, and B = relu(A - 1/2) - 3 A: the same folds, and one more: -3a until 1/2, -2a - 1/2 after.
  const Model a = model_of({{{"W", {{1}, {-1}}}, {"b", {-1, 1}}}, {{"W", {{1, 1}}}, {"b", {0}}}});
  const Model b = model_of({{{"W", {{1}, {-1}}}, {"b", {-1, 1}}},
                            {{"W", {{1, 1}, {1, 1}}}, {"b", {0, "-1/2"}}},
                            {{"W", {{-3, 1}}}, {"b", {0}}}});
  const FactorAnswer both = factor(a, b, {"0"}, up_to("4"));
  expect_pair(a, b, both.ab);
  expect_radius(both.ab, "inf");
  // A follows from B too, as B falls with A. x and 2 - x cross a hinge of B at once: only exact cells see that.
  expect_pair(b, a, both.ba);
  expect_radius(both.ba, "inf");
  // B = relu(A - 1/2) forgets A up to 1/2: A is 1/2 at x = 1/2 first.
  const Model forgets =
      model_of({{{"W", {{1}, {-1}}}, {"b", {-1, 1}}}, {{"W", {{1, 1}}}, {"b", {"-1/2"}}}, {{"W", {{1}}}, {"b", {0}}}});
  expect_factor(a, forgets, {"0"}, "inf", "1/2");
}

TEST(Factor, SettlesPairsWhereSeveralHingesMeet) {
  // A = (|x| - |y|, |x + y| - |x|) is the same at p and at -p, and nowhere else: it winds twice around 0.
  const Model a = with_skip(2, {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}}, {{-1, 1, 2, -2, 0, 0}, {0, -1, -2, 0, 2, 0}});
  // So is B = (|x| + 3 |y|, |x + y|).
  const Model b = with_skip(2, {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}}, {{-1, -3, 2, 6, 0, 0}, {-1, -1, 0, 0, 2, 0}});
  expect_factor(a, b, {"0", "0"}, "inf", "0");
  expect_factor(a, b, {"1/3", "-1/5"}, "inf", "1/15");
  expect_factor(a, with_skip(2, {}, {{1, 0, 0}}), {"1", "1"}, "1", "0");
}

TEST(Factor, SettlesLinesOfPairsInObliqueDirections) {
  // Both see (x + 2y - z, y + z) only. A folds twice, as (|s|, t); B = 2 |s| + 3 t.
  const Model a = with_skip(3, {{1, 2, -1, 0}}, {{-1, -2, 1, 2, 0}, {0, 1, 1, 0, 0}});
  const Model b = with_skip(3, {{1, 2, -1, 0}}, {{-2, -1, 5, 4, 0}});
  expect_factor(a, b, {"0", "0", "0"}, "inf", "0", "2");
  expect_factor(a, b, {"1", "1", "0"}, "inf", "0", "2");
}

TEST(Factor, IsTheRadiusOfAWhereBTellsItsCollisionsApart) {
  // A = |x - 1| turns over at 1, B = x nowhere.
  const Model a = with_skip(1, {{1, -1}}, {{-1, 2, 1}});
  const Model b = with_skip(1, {}, {{1, 0}});
  expect_factor(a, b, {"0"}, "1", "inf");
}

TEST(Factor, GoesBeyondCollisionsThatBShares) {
  // A folds at 1 and at -2; B folds at 1 as A does, and keeps its course at -2.
  const Model a = with_skip(1, {{1, -1}, {-1, -2}}, {{1, -2, 2, 0}});
  const Model b = with_skip(1, {{1, -1}}, {{1, -2, 0}});
  const FactorAnswer answer = factor(a, b, {"0"}, up_to("3"));
  EXPECT_EQ(radius(a, {"0"}, up_to("3")).limit, "fold");
  expect_pair(a, b, answer.ab);
  expect_radius(answer.ab, "2");
  expect_radius(answer.ba, "inf");
}

TEST(Factor, LeavesOutDirectionsThatNeitherNetworkSees) {
  // Both see s = x - 2y only. A = |s - 3|, B = s: s reaches 3 at (1, -1).
  const Model a = with_skip(2, {{1, -2, -3}}, {{-1, 2, 2, 3}});
  const Model b = with_skip(2, {}, {{1, -2, 0}});
  expect_factor(a, b, {"0", "0"}, "1", "inf", "2");
  // A dead input: A = |x - 1|, B = 5x.
  const Model dead_a = with_skip(2, {{1, 0, -1}}, {{-1, 0, 2, 1}});
  const Model dead_b = with_skip(2, {}, {{5, 0, 0}});
  expect_factor(dead_a, dead_b, {"0", "0"}, "1", "inf", "2");
  // B sees more.
  const Model all = with_skip(2, {}, {{5, 1, 0}});
  expect_factor(dead_a, all, {"0", "0"}, "0", "0", "2");
}

TEST(Factor, TakesNetworksOfAllShapes) {
  // A: one input to three outputs, injective. B: to one.
  const Model a = with_skip(1, {{1, 0}, {-1, 0}}, {{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 1, 1, 0}});
  const Model b = with_skip(1, {{1, 0}}, {{-1, 2, 0}});
  expect_factor(a, b, {"0"}, "inf", "0");
  const Model wide = with_skip(2, {{1, 1, 0}}, {{1, 0, 1, 0}});
  const Model square = with_skip(2, {}, {{1, 0, 0}, {0, 1, 0}});
  expect_factor(wide, square, {"0", "0"}, "0", "inf");
}

TEST(Factor, OfACaseAtTheCentreIsZeroWithAPairThatCanBeDrawnIn) {
  const Model a = with_skip(1, {{1, 0}}, {{-1, 2, 0}});
  const Model b = with_skip(1, {}, {{1, 0}});
  const FactorAnswer answer = factor(a, b, {"0"}, up_to("4"));
  expect_pair(a, b, answer.ab);
  EXPECT_EQ(answer.ab.upper, 0.0);
  EXPECT_TRUE(answer.ab.witness_scale_exact.has_value());
}

TEST(Factor, IsAskedWithinADomain) {
  const Model a = with_skip(1, {{1, -1}}, {{-1, 2, 1}});
  const Model b = with_skip(1, {}, {{1, 0}});
  Options options = up_to("4");
  options.domain = {{"-3", "1"}};
  const FactorAnswer answer = factor(a, b, {"0"}, options);
  expect_radius(answer.ab, "inf");
  EXPECT_EQ(answer.ab.limit, "none_within_domain");
}

TEST(Factor, RefusesNetworksOfUnlikeInputs) {
  const Model one = with_skip(1, {}, {{1, 0}});
  const Model two = with_skip(2, {}, {{1, 0, 0}});
  EXPECT_THROW(factor(one, two, {"0"}, up_to("1")), InputError);
}

TEST(Factor, IsNeverBelowTheRadiusOfA) {
  const json data = read_json("data/random_nets.json").at("nets");
  std::vector<json> nets;
  for (const auto& [name, net] : data.items()) nets.push_back(net);
  int pairs = 0;
  for (std::size_t i = 0; i + 1 < nets.size() && pairs < 20; i += 2) {
    const Model a = model_of(nets[i].at("layers"));
    const Model b = model_of(nets[i + 1].at("layers"));
    if (a.inputs() != b.inputs() || nets[i].at("r_star") == "inf") continue;
    ++pairs;
    Options options = up_to(text(nets[i].at("search_radius")));
    options.time = 4;
    const FactorAnswer answer = factor(a, b, texts(nets[i].at("centre")), options);
    expect_pair(a, b, answer.ab);
    if (answer.ab.upper_exact) {
      EXPECT_GE(Rational::parse(*answer.ab.upper_exact).value(), number(nets[i].at("r_star")));
    }
  }
  EXPECT_EQ(pairs, 20);
}

TEST(MoreOutputs, FarCollisionsAreFoundAndTheRestIsProved) {
  // A polygon in space, injective (alpha_curve of the zoo is one that crosses itself).
  const Model curve = with_skip(1, {{1, -1}, {1, -2}}, {{1, -2, 0, 0}, {0, 1, -2, 0}, {0, 0, 1, 0}});
  const Answer answer = radius(curve, {"0"}, up_to("8"));
  EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  expect_radius(answer, "inf");
  // A sheet folded along x = 1 in space: (x, y) -> (|x - 1|, y, 2 |x - 1| + y).
  const Model sheet = with_skip(2, {{1, 0, -1}}, {{-1, 0, 2, 1}, {0, 1, 0, 0}, {-2, 1, 4, 2}});
  const Answer folded = radius(sheet, {"0", "0"}, up_to("8"));
  EXPECT_TRUE(folded.proof.checked) << folded.proof.refused;
  expect_radius(folded, "1");
  EXPECT_EQ(folded.limit, "fold");
  // Flat in y where x < -1.
  const Model flat = with_skip(2, {{1, 0, 1}, {1, 1, 1}}, {{1, 0, 0, 0, 0}, {0, 0, -1, 1, 0}, {0, 0, 2, 1, 0}});
  const Answer level = radius(flat, {"1", "2"}, up_to("8"));
  expect_consistent(flat, level, 1e-6);
  EXPECT_TRUE(level.proof.checked) << level.proof.refused;
}

TEST(MoreOutputs, HingesThatMeetAreNoCollision) {
  // Six cones around 0 and x beside them: (|x| - |y|, |x + y| - |x|) is the same at p and at -p, x is not.
  const Model cones =
      with_skip(2, {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}}, {{-1, 1, 2, -2, 0, 0}, {0, -1, -2, 0, 2, 0}, {1, 0, 0, 0, 0, 0}});
  // On the line x = 0 they collide: (0, y) and (0, -y).
  expect_radius(radius(cones, {"0", "0"}, up_to("4")), "0");
  expect_radius(radius(cones, {"1", "0"}, up_to("4")), "1");
  const Model apart = with_skip(2, {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}},
                                {{-1, 1, 2, -2, 0, 0}, {0, -1, -2, 0, 2, 0}, {1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}});
  expect_radius(radius(apart, {"0", "0"}, up_to("4")), "inf");
}

TEST(MoreOutputs, AKinkSharperThanARightAngleIsNoFold) {
  // x -> (x, 5 |x|): the two slopes are 157 degrees apart.
  const Model kink = with_skip(1, {{1, 0}}, {{1, 0, 0}, {-5, 10, 0}});
  expect_radius(radius(kink, {"0"}, up_to("4")), "inf");
}

TEST(MoreOutputs, TheBoxQuestionIsAnsweredToo) {
  const Model curve = model_of(read_json("zoo.json").at("nets").at("alpha_curve").at("layers"));
  Options options;
  options.threads = 1;
  EXPECT_EQ(injective(curve, {{"-1/2", "5/2"}}, options).verdict, "refuted");
  EXPECT_EQ(injective(curve, {{"-1/4", "9/4"}}, options).verdict, "proved");
}

TEST(FewerOutputs, RadiusIsZeroWithAPairThatCanBeDrawnIn) {
  const Model wide = with_skip(3, {{1, 1, 0, 0}, {0, 1, -2, 1}}, {{1, 0, 1, 1, 0, 0}, {0, 1, 0, 0, 1, 0}});
  for (const auto& at : {std::vector<std::string>{"0", "0", "0"}, {"1/3", "-2", "7"}}) {
    const Answer answer = radius(wide, at, up_to("4"));
    EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
    expect_consistent(wide, answer, 1e-6);
    EXPECT_EQ(answer.upper, 0.0);
    EXPECT_EQ(answer.limit, "flat");
    EXPECT_TRUE(answer.witness_scale_exact.has_value());
  }
  EXPECT_EQ(injective(wide, {{"0", "1"}, {"0", "1"}, {"0", "1"}}, up_to("")).verdict, "refuted");
}

}  // namespace
}  // namespace foldproof::testing
