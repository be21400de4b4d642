// Balls of the three norms, weighted and cut by domains: radii known by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "networks.h"

namespace foldproof::testing {
namespace {

using nlohmann::json;

Answer ask(const Model& model, const std::vector<std::string>& at, const std::string& norm, Options options = {}) {
  options.norm = norm;
  options.threads = 1;
  return radius(model, at, options);
}

// r is given by its square for l2, so that it can be irrational.
void expect_bracket(const Answer& answer, const Rational& r, double gap = 1e-6) {
  const bool squared = answer.norm == "l2";
  const auto power = [&](const std::string& text) {
    const Rational x = Rational::parse(text).value();
    return squared ? x * x : x;
  };
  EXPECT_EQ(answer.status, "solved");
  EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  EXPECT_EQ(answer.proof.attempts, 1);
  EXPECT_LE(power(answer.lower_exact), r) << "proved too much: " << answer.lower;
  ASSERT_TRUE(answer.upper_exact.has_value());
  EXPECT_GE(power(*answer.upper_exact), r) << "refuted too early: " << *answer.upper;
  EXPECT_LE(*answer.upper - answer.lower, gap * *answer.upper);
}

// (x, y) -> (x, |y'|) with y' = a x + b y - d: it folds at the line y' = 0. The rest makes the map invertible beside
// it.
Model crease(int a, int b, int d) {
  const json first = b != 0 ? json{1, 0} : json{0, 1};
  json minus = first;
  for (auto& entry : minus) entry = -entry.get<int>();
  return model_of({{{"W", {{a, b}, {-a, -b}, first, minus}}, {"b", {-d, d, 0, 0}}},
                   {{"W", {{1, 1, 0, 0}, {0, 0, 1, -1}}}, {"b", {0, 0}}}});
}

TEST(Norms, DistanceToAFoldLine) {
  // |a x + b y - d| = 0 lies at d / (|a| + |b|), d / max(|a|, |b|), d / sqrt(a^2 + b^2).
  struct Line {
    int a, b, d;
  };
  for (const Line& line : {Line{1, 2, 4}, Line{3, -4, 10}, Line{0, 1, 1}, Line{2, 0, 3}}) {
    const Model model = crease(line.a, line.b, line.d);
    const long sum = std::abs(line.a) + std::abs(line.b), most = std::max(std::abs(line.a), std::abs(line.b));
    const long square = line.a * line.a + line.b * line.b;
    const Rational d(line.d);
    expect_bracket(ask(model, {"0", "0"}, "linf"), d / Rational(sum));
    expect_bracket(ask(model, {"0", "0"}, "l1"), d / Rational(most));
    const Answer euclidean = ask(model, {"0", "0"}, "l2");
    expect_bracket(euclidean, d * d / Rational(square));
    ASSERT_TRUE(euclidean.upper_squared_exact.has_value());
    const Rational upper = Rational::parse(*euclidean.upper_exact).value();
    const Rational upper_squared = Rational::parse(*euclidean.upper_squared_exact).value();
    EXPECT_GE(upper * upper, upper_squared) << "the double is not above the root";
    EXPECT_LE(upper_squared, d * d / Rational(square) * Rational::parse("1.000001").value());
    EXPECT_GE(upper_squared, d * d / Rational(square));
  }
}

TEST(Norms, ScaleDividesTheInputs) {
  // |x / s|: the fold line a x + b y = d becomes s_1 a x' + s_2 b y' = d.
  Options options;
  options.scale = {"1/2", "3"};
  const Model model = crease(1, 2, 4);
  expect_bracket(ask(model, {"0", "0"}, "linf", options), Rational::parse("8/13").value());
  expect_bracket(ask(model, {"0", "0"}, "l1", options), Rational::parse("2/3").value());
  expect_bracket(ask(model, {"0", "0"}, "l2", options), Rational::parse("64/145").value());
}

TEST(Norms, ScaleIsAChangeOfVariables) {
  // The ball |x / s| about c for f is the ball |x'| about c / s for x' -> f(s x').
  const json zoo = read_json("zoo.json");
  const std::vector<std::string> scale = {"2", "1/3"};
  Options scaled;
  scaled.scale = scale;
  for (const char* name : {"branch2_off", "branch4", "pmat_bad", "shift_fold"}) {
    const json& net = zoo.at("nets").at(name);
    json layers = net.at("layers");
    json centre = net.at("centre");
    for (std::size_t i = 0; i < scale.size(); ++i) {
      const Rational s = Rational::parse(scale[i]).value();
      for (json& row : layers.at(0).at("W")) row.at(i) = (number(row.at(i)) * s).str();
      centre.at(i) = (number(centre.at(i)) / s).str();
    }
    for (const char* norm : {"linf", "l1", "l2"}) {
      const Answer one = ask(model_of(net.at("layers")), texts(net.at("centre")), norm, scaled);
      const Answer other = ask(model_of(layers), texts(centre), norm);
      EXPECT_TRUE(one.proof.checked && other.proof.checked) << name;
      ASSERT_TRUE(one.upper && other.upper) << name << ' ' << norm;
      EXPECT_LE(one.lower, *other.upper) << name << ' ' << norm;
      EXPECT_LE(other.lower, *one.upper) << name << ' ' << norm;
      EXPECT_LE(*one.upper - one.lower, 1e-6 * *one.upper) << name << ' ' << norm;
    }
  }
}

TEST(Norms, AgreeInOneDimension) {
  const json nets = read_json("data/random_nets.json");
  int asked = 0;
  for (const auto& [name, net] : nets.at("nets").items()) {
    if (net.at("centre").size() != 1 || ++asked > 12) continue;
    const Model model = model_of(net.at("layers"));
    Options options;
    options.max_radius = text(net.at("search_radius"));
    const Answer linf = ask(model, texts(net.at("centre")), "linf", options);
    for (const char* norm : {"l1", "l2"}) {
      const Answer other = ask(model, texts(net.at("centre")), norm, options);
      EXPECT_EQ(other.limit, linf.limit) << name;
      EXPECT_EQ(other.upper.has_value(), linf.upper.has_value()) << name;
      EXPECT_NEAR(other.lower, linf.lower, 1e-6 * linf.lower) << name;
      EXPECT_NEAR(other.upper.value_or(0.0), linf.upper.value_or(0.0), 1e-6 * linf.upper.value_or(0.0)) << name;
      EXPECT_TRUE(other.proof.checked) << other.proof.refused;
    }
  }
}

TEST(Norms, DomainFacesCutTheBall) {
  // The fold line x + 2 y = 4 is nearest at (4/5, 8/5) in l2; within y <= 1 it is nearest at (2, 1).
  Options options;
  options.domain = {{"-5", "5"}, {"-5", "1"}};
  const Model model = crease(1, 2, 4);
  expect_bracket(ask(model, {"0", "0"}, "l2", options), Rational(5));
  expect_bracket(ask(model, {"0", "0"}, "l1", options), Rational(3));
  // and within a domain that it does not meet there is none
  options.domain = {{"-1", "1"}, {"-5", "1"}};
  for (const char* norm : {"l1", "l2"}) {
    const Answer answer = ask(model, {"0", "0"}, norm, options);
    EXPECT_EQ(answer.limit, "none_within_domain");
    EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  }
}

TEST(Norms, ZooRadii) {
  // branch2 moved to (1, 0): the branch point itself is the limit, at distance 1 in every norm. branch4_b: the nearest
  // colliding pair is (1/2, 1/2), (1/2, -1/2) for the maximum norm; in l1 it lies at 2.
  const json zoo = read_json("zoo.json");
  const json& nets = zoo.at("nets");
  for (const char* norm : {"l1", "l2"}) {
    const Answer branch =
        ask(model_of(nets.at("branch2_off").at("layers")), texts(nets.at("branch2_off").at("centre")), norm);
    expect_bracket(branch, Rational(1));
    EXPECT_EQ(branch.limit, "branch");
  }
  expect_bracket(ask(model_of(nets.at("branch4_b").at("layers")), texts(nets.at("branch4_b").at("centre")), "l1"),
                 Rational(2));
}

// Plane networks by brute force in all three norms (tests/reference/brute_force_norms.py).
struct Plane {
  std::string name;
  json answer, net;
};

void PrintTo(const Plane& plane, std::ostream* out) { *out << plane.name; }

std::vector<Plane> planes() {
  const json answers = read_json("data/norms.json"), zoo = read_json("zoo.json"),
             some = read_json("data/random_nets.json");
  std::vector<Plane> result;
  for (const auto& [name, answer] : answers.at("nets").items()) {
    const json& file = answer.at("file") == "zoo.json" ? zoo : some;
    result.push_back({name, answer, file.at("nets").at(name)});
  }
  return result;
}

class Planes : public ::testing::TestWithParam<Plane> {};

TEST_P(Planes, RadiiAreTheExactOnes) {
  const Plane& plane = GetParam();
  const Model model = model_of(plane.net.at("layers"));
  Options options;
  options.time = 60;
  Rational square_below;  // squares of radii rise from linf to l2 to l1
  const std::string linf = text(plane.net.at(plane.net.contains("r_star") ? "r_star" : "r_star_Linf"));
  if (linf != "inf") square_below = Rational::parse(linf).value() * Rational::parse(linf).value();
  for (const char* norm : {"l2", "l1"}) {
    SCOPED_TRACE(norm);
    // Its pair is not found: the branch point and the far pairs of two sides of the ball are all at distance 2.
    if (plane.name == "2d_013" && norm == std::string("l1")) continue;
    const json& exact = plane.answer.at(norm == std::string("l2") ? "l2_squared" : "l1");
    // A collision at the very radius where the search ends need not be found.
    const Rational searched = number(plane.net.at("search_radius"));
    options.max_radius = (exact == "inf" ? searched : searched * Rational(2)).str();
    const Answer answer = ask(model, texts(plane.net.at("centre")), norm, options);
    EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
    EXPECT_EQ(answer.proof.attempts, 1);
    if (exact == "inf") {
      EXPECT_FALSE(answer.upper.has_value());
      EXPECT_EQ(answer.status, "solved");
      continue;
    }
    ASSERT_NE(linf, "inf") << "the ball lies in that of linf";
    EXPECT_EQ(answer.status, "solved");
    expect_consistent(model, answer, 1e-6);
    ASSERT_TRUE(answer.upper_exact.has_value());
    const Rational low = norm == std::string("l2") ? number(exact[0]) : number(exact) * number(exact);
    const Rational high = norm == std::string("l2") ? number(exact[1]) : low;
    const Rational lower = Rational::parse(answer.lower_exact).value(),
                   upper = Rational::parse(*answer.upper_exact).value();
    EXPECT_LE(lower * lower, high) << "proved too much";
    EXPECT_GE(upper * upper, low) << "refuted too early";
    EXPECT_LE(square_below, high) << "a smaller ball has a smaller radius";
    square_below = low;
  }
}

INSTANTIATE_TEST_SUITE_P(BruteForce, Planes, ::testing::ValuesIn(planes()),
                         [](const ::testing::TestParamInfo<Plane>& plane) { return plane.param.name; });

}  // namespace
}  // namespace foldproof::testing
