// Preimages against the cubic (12), against brute force on grids, and where the equations are degenerate.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "dynamics/map_preimages.h"
#include "fields.h"

namespace foldproof {
namespace {

using testing::box;
using testing::brusselator;
using testing::map_of;
using testing::numbers;

double middle(const Interval& side) { return ((side.first + side.second) / Rational(2)).nearest_double(); }

bool contains(const PreimageOfMap& preimage, const std::vector<Rational>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < preimage.box[i].first || x[i] > preimage.box[i].second) return false;
  }
  return true;
}

std::size_t holding(const PreimagesOfMap& found, const std::vector<Rational>& x) {
  std::size_t count = 0;
  for (const PreimageOfMap& preimage : found.points) count += contains(preimage, x) ? 1U : 0U;
  return count;
}

/// Equation (12): the first components of the Brusselator's preimages of (X, Y) are the roots of a cubic. From
/// x + y + tau (a - x) = X + Y and y (1 - tau x^2) + tau b x = Y.
IntegerPolynomial cubic(const Rational& b, const Rational& tau, const Rational& X, const Rational& Y) {
  const Rational one(1), sum = X + Y - tau, slope = one - tau;  // y = sum - slope x, with a = 1
  return IntegerPolynomial({sum - Y, tau * b - slope, -(tau * sum), tau * slope});
}

TEST(MapPreimages, OfTheBrusselatorAreTheRootsOfTheCubic) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> digits(-6000, 6000);
  std::size_t threes = 0;
  const Rational b = Rational::parse("2.1").value(), tau = Rational::parse("0.15").value();
  for (int k = 0; k < 60; ++k) {
    const Rational X = Rational(digits(random)) / Rational(1000), Y = Rational(digits(random)) / Rational(1000);
    const PreimagesOfMap found = preimages_of_map(brusselator(), {X, Y}, {});
    ASSERT_TRUE(found.unresolved.empty() && found.curve.empty());
    const auto roots = roots_in(cubic(b, tau, X, Y), std::nullopt, 128);
    ASSERT_EQ(found.points.size(), roots.size());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      EXPECT_NEAR(middle(found.points[i].box[0]), middle(roots[i].enclosure), 1e-15);
      EXPECT_EQ(found.points[i].multiplicity, 1);
    }
    threes += roots.size() == 3 ? 1U : 0U;
  }
  EXPECT_GT(threes, 5U);
}

TEST(MapPreimages, HoldTheExactPointTheValueCameFrom) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> digits(-3000, 3000);
  for (const PolynomialMap& map : {brusselator(), testing::van_der_pol(), brusselator("3", "1/3")}) {
    const Polynomial determinant = map.determinant();
    for (int k = 0; k < 25; ++k) {
      const std::vector<Rational> x{Rational(digits(random)) / Rational(1000),
                                    Rational(digits(random)) / Rational(1000)};
      const PreimagesOfMap found = preimages_of_map(map, map.evaluate(x), {});
      ASSERT_TRUE(found.unresolved.empty());
      EXPECT_EQ(holding(found, x), 1U);
      for (const PreimageOfMap& preimage : found.points) {
        if (!contains(preimage, x)) continue;
        EXPECT_EQ(preimage.sign, determinant.evaluate(x).sign());
      }
    }
  }
}

/// The number of preimages of a regular value is found by Newton's method from a fine grid of starts.
std::size_t brute_force(const PolynomialMap& map, const std::vector<double>& y, double reach) {
  const DoubleMap f(map);
  std::vector<std::array<double, 2>> roots;
  constexpr int kSide = 60;
  for (int i = 0; i <= kSide; ++i) {
    for (int j = 0; j <= kSide; ++j) {
      double u = -reach + 2 * reach * i / kSide, v = -reach + 2 * reach * j / kSide;
      bool converged = false;
      for (int step = 0; step < 60 && !converged; ++step) {
        const auto value = f({u, v});
        constexpr double h = 1e-6;
        const auto du = f({u + h, v}), dv = f({u, v + h});
        const double a = (du[0] - value[0]) / h, b = (dv[0] - value[0]) / h, c = (du[1] - value[1]) / h,
                     d = (dv[1] - value[1]) / h, det = a * d - b * c;
        const double p = value[0] - y[0], q = value[1] - y[1];
        if (det == 0 || !std::isfinite(det)) break;
        const double step_u = (d * p - b * q) / det, step_v = (a * q - c * p) / det;
        u -= step_u;
        v -= step_v;
        converged = std::fabs(step_u) + std::fabs(step_v) < 1e-12 * (1 + std::fabs(u) + std::fabs(v));
      }
      if (!converged || std::max(std::fabs(u), std::fabs(v)) > reach) continue;
      bool known = false;
      for (const auto& root : roots) known = known || std::fabs(root[0] - u) + std::fabs(root[1] - v) < 1e-6;
      if (!known) roots.push_back({u, v});
    }
  }
  return roots.size();
}

TEST(MapPreimages, AreAsManyAsNewtonFinds) {
  const auto reach = box({"-20", "20", "-20", "20"});
  for (const PolynomialMap& map : {brusselator(), testing::van_der_pol(), brusselator("2.1", "0.5")}) {
    for (const auto& y : {std::vector<std::string>{"1", "2"}, {"0.3", "-0.7"}, {"-1.5", "2.5"}}) {
      const PreimagesOfMap found = preimages_of_map(map, numbers(y), reach);
      ASSERT_TRUE(found.unresolved.empty());
      EXPECT_EQ(found.points.size(), brute_force(map, {std::stod(y[0]), std::stod(y[1])}, 20));
    }
  }
}

TEST(MapPreimages, OnlyThoseInTheClosedBoxAreCounted) {
  const PolynomialMap map = brusselator();
  const auto y = map.evaluate(numbers({"0.5", "0.25"}));
  const std::size_t all = preimages_of_map(map, y, {}).points.size();
  EXPECT_EQ(preimages_of_map(map, y, box({"0.5", "0.6", "0.2", "0.3"})).points.size(), 1U);   // on a face, exactly
  EXPECT_EQ(preimages_of_map(map, y, box({"0.4", "0.5", "0.25", "0.3"})).points.size(), 1U);  // on a corner
  EXPECT_EQ(
      preimages_of_map(map, y, box({"0.500000000000000000000000000000000000001", "0.6", "0.2", "0.3"})).points.size(),
      0U);
  EXPECT_EQ(preimages_of_map(map, y, box({"-1000", "1000", "-1000", "1000"})).points.size(), all);
}

TEST(MapPreimages, OnTheLineAreTheRootsOfTheQuadratic) {
  // x + (x^2 - 2x) / 2 = x^2 / 2: +-sqrt(2 y), a double one at 0, none below
  const PolynomialMap map = testing::quadratic("1/2", "-2", "0");
  const PreimagesOfMap two = preimages_of_map(map, numbers({"2"}), {});
  ASSERT_EQ(two.points.size(), 2U);
  EXPECT_TRUE(contains(two.points[0], numbers({"-2"})) && contains(two.points[1], numbers({"2"})));
  EXPECT_EQ(two.points[0].sign, -1);
  EXPECT_EQ(two.points[1].sign, 1);
  const PreimagesOfMap one = preimages_of_map(map, numbers({"0"}), {});
  ASSERT_EQ(one.points.size(), 1U);
  EXPECT_EQ(one.points[0].multiplicity, 2);
  EXPECT_EQ(one.points[0].sign, 0);
  EXPECT_TRUE(preimages_of_map(map, numbers({"-1"}), {}).points.empty());
  EXPECT_EQ(preimages_of_map(map, numbers({"2"}), box({"2", "3"})).points.size(), 1U);
}

TEST(MapPreimages, AFoldedValueHasADoublePreimage) {
  // (x^2, y): the value (0, 3) lies on the image of the fold
  const PolynomialMap map = map_of("x' = x^2 - x\ny' = 0\ntau = 1\n");
  const PreimagesOfMap found = preimages_of_map(map, numbers({"0", "3"}), {});
  ASSERT_EQ(found.points.size(), 1U);
  EXPECT_EQ(found.points[0].multiplicity, 2);
  EXPECT_EQ(found.points[0].sign, 0);
  EXPECT_TRUE(contains(found.points[0], numbers({"0", "3"})));
}

TEST(MapPreimages, ManyOverOnePointOfTheLineAreToldApart) {
  // (x, y) -> (x^2 - 1 + x y^2 ..): two solutions share x and two share y, so no projection onto an axis separates
  // them.
  const PolynomialMap map = map_of("x' = x^2 - x\ny' = y^2 - y\ntau = 1\n");
  const PreimagesOfMap found = preimages_of_map(map, numbers({"4", "9"}), {});
  ASSERT_EQ(found.points.size(), 4U);
  for (const auto& x : {std::vector<std::string>{"-2", "-3"}, {"-2", "3"}, {"2", "-3"}, {"2", "3"}}) {
    EXPECT_EQ(holding(found, numbers(x)), 1U);
  }
}

TEST(MapPreimages, ComplexPairsOverARealPointAreNotCounted) {
  // x^2 = 1, y^2 = -1
  const PolynomialMap map = map_of("x' = x^2 - x\ny' = y^2 - y\ntau = 1\n");
  const PreimagesOfMap found = preimages_of_map(map, numbers({"1", "-1"}), {});
  EXPECT_TRUE(found.points.empty() && found.unresolved.empty());
}

TEST(MapPreimages, ACurveIsNamed) {
  // (x y, x (y - 1) ): (0, 0) comes from the line x = 0 alone; (x^2 + x y, x y) as well
  const PolynomialMap map = map_of("x' = x*y - x\ny' = x*(y - 1) - y\ntau = 1\n");
  const PreimagesOfMap found = preimages_of_map(map, numbers({"0", "0"}), {});
  EXPECT_EQ(found.curve, "x");
  EXPECT_TRUE(found.points.empty());
  const PreimagesOfMap constant = preimages_of_map(map_of("x' = -x\ny' = -y\ntau = 1\n"), numbers({"0", "0"}), {});
  EXPECT_EQ(constant.curve, "0");
  EXPECT_TRUE(preimages_of_map(map_of("x' = -x\ny' = -y\ntau = 1\n"), numbers({"0", "1"}), {}).points.empty());
}

TEST(MapPreimages, WhereTheWholeJacobianVanishesItIsSaid) {
  // (x^2 - y^2, 2 x y) = z^2: over 0 only 0, where both gradients vanish
  const PolynomialMap map = map_of("x' = x^2 - y^2 - x\ny' = 2*x*y - y\ntau = 1\n");
  EXPECT_FALSE(preimages_of_map(map, numbers({"0", "0"}), {}).unresolved.empty());
  EXPECT_EQ(preimages_of_map(map, numbers({"3", "4"}), {}).points.size(), 2U);
}

TEST(MapPreimages, LeadingCoefficientsThatVanishLoseNothing) {
  // (x y - 1, x): over (0, 0) the equations x y = 1, x = 0 meet only at infinity
  const PolynomialMap map = map_of("x' = x*y - 1 - x\ny' = x - y\ntau = 1\n");
  EXPECT_TRUE(preimages_of_map(map, numbers({"0", "0"}), {}).points.empty());
  EXPECT_EQ(preimages_of_map(map, numbers({"0", "2"}), {}).points.size(), 1U);
}

}  // namespace
}  // namespace foldproof
