// Bounds against exact arithmetic: what Bounder encloses holds every exact value on the box, also after the decided
// neurons were substituted.
#include <gtest/gtest.h>

#include <cmath>

#include "model/evaluate.h"
#include "random_networks.h"

namespace foldproof::testing {
namespace {

// z lies in value + gradient . (u - mid) +- remainder. Bounds that overflowed hold everything.
bool in_form(const Rational& z, double value, const double* gradient, double remainder,
             const std::vector<double>& middle, const std::vector<Rational>& u) {
  if (!std::isfinite(value) || !std::isfinite(remainder)) return true;
  Rational form = Rational::from_double(value);
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (!std::isfinite(gradient[i])) return true;
    form.add_product(Rational::from_double(gradient[i]), u[i] - Rational::from_double(middle[i]));
  }
  return abs(z - form) <= Rational::from_double(remainder);
}

bool not_above(double a, const Rational& b) { return std::isfinite(a) ? Rational::from_double(a) <= b : !(a > 0.0); }
bool not_below(double a, const Rational& b) { return std::isfinite(a) ? Rational::from_double(a) >= b : !(a < 0.0); }

struct Case {
  Network network;
  std::vector<Rational> centre;
};

// `bounder` has enclosed `region` on a box that holds the points.
void expect_encloses(const Case& c, const RegionNetwork& region, const Bounder& bounder,
                     const std::vector<std::vector<Rational>>& points) {
  for (const std::vector<Rational>& u : points) {
    const ExactValue exact = evaluate(c.network, sum(c.centre, u));
    for (int p = 0; p < region.neurons(); ++p) {
      // Rows of a region network are scaled by powers of two.
      const Rational z =
          exact.pre_activation[static_cast<std::size_t>(region.original(p))].times_power_of_two(region.exponent(p));
      EXPECT_TRUE(not_above(bounder.lower(p), z)) << "neuron " << p << ": " << z.str();
      EXPECT_TRUE(not_below(bounder.upper(p), z)) << "neuron " << p << ": " << z.str();
      const Phase phase = bounder.phase()[static_cast<std::size_t>(p)];
      EXPECT_FALSE(phase == Phase::active && z.sign() < 0) << "neuron " << p;
      EXPECT_FALSE(phase == Phase::inactive && z.sign() > 0) << "neuron " << p;
      EXPECT_TRUE(in_form(z, bounder.neuron_value(p), bounder.neuron_gradient(p), bounder.neuron_remainder(p),
                          bounder.middle(), u))
          << "form of neuron " << p;
    }
    for (int o = 0; o < region.outputs(); ++o) {
      const Rational f =
          exact.output[static_cast<std::size_t>(o)].times_power_of_two(region.exponent(region.neurons() + o));
      EXPECT_TRUE(in_form(f, bounder.output_value(o), bounder.output_gradient(o), bounder.output_remainder(o),
                          bounder.middle(), u))
          << "form of output " << o;
    }
  }
}

TEST(Enclosures, HoldEveryExactValueAlsoAfterRestrictingTwice) {
  std::mt19937_64 random(20230701);
  int substituted = 0;
  for (const RandomShape& shape : all_shapes()) {
    for (int repeat = 0; repeat < 4; ++repeat) {
      const Case c{random_network(shape, random), random_centre(shape, random)};
      SCOPED_TRACE(::testing::Message() << "weights " << static_cast<int>(shape.weights) << ", inputs " << shape.inputs
                                        << ", hidden " << shape.hidden << ", skip " << shape.skip << ", repeat "
                                        << repeat);
      const RegionNetwork root(c.network, c.centre);
      Bounder bounder;
      const Box box = random_box(shape, random);
      bounder.enclose(root, box);
      expect_encloses(c, root, bounder, sample_points(box, 8, random));

      const auto once = bounder.restrict(root, bounder.phase());
      EXPECT_LE(once->neurons(), bounder.unstable());
      substituted += root.neurons() - once->neurons();
      const Box part = random_part(box, random);
      bounder.enclose(*once, part);
      expect_encloses(c, *once, bounder, sample_points(part, 6, random));

      const auto twice = bounder.restrict(*once, bounder.phase());
      const Box smaller = random_part(random_part(part, random), random);
      bounder.enclose(*twice, smaller);
      expect_encloses(c, *twice, bounder, sample_points(smaller, 6, random));
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(substituted, 100) << "the boxes decide too few neurons to test restrict()";
}

// The points of the box in its ball.
std::vector<std::vector<Rational>> points_in_ball(const Box& box, int count, std::mt19937_64& random) {
  std::vector<std::vector<Rational>> points = sample_points(box, count, random);
  const Rational r = Rational::from_double(box.ball.radius);
  std::erase_if(points, [&](const std::vector<Rational>& u) {
    return box.ball.norm == Norm::l2 ? square_sum(u) > r * r : norm_upper(box.ball.norm, u) > r;
  });
  return points;
}

TEST(Enclosures, HoldEveryExactValueInTheBall) {
  std::mt19937_64 random(20261126);
  int better = 0;
  std::size_t points = 0;
  for (const RandomShape& shape : all_shapes()) {
    for (const Norm norm : {Norm::l1, Norm::l2}) {
      const Case c{random_network(shape, random), random_centre(shape, random)};
      SCOPED_TRACE(::testing::Message() << "weights " << static_cast<int>(shape.weights) << ", inputs " << shape.inputs
                                        << ", hidden " << shape.hidden << ", skip " << shape.skip);
      const RegionNetwork root(c.network, c.centre);
      Bounder bounder;
      Box box = random_box(shape, random);
      bounder.enclose(root, box);
      const int over_box = bounder.unstable();
      box.ball = {norm, 0.5 * box.distance(norm) + 0.5 * box.reach(norm)};
      bounder.enclose(root, box);
      better += over_box - bounder.unstable();
      const auto inside = points_in_ball(box, 12, random);
      points += inside.size();
      expect_encloses(c, root, bounder, inside);
      const auto once = bounder.restrict(root, bounder.phase());
      const Box part = random_part(box, random);
      bounder.enclose(*once, part);
      expect_encloses(c, *once, bounder, points_in_ball(part, 12, random));
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(better, 10) << "the balls decide too few neurons";
  EXPECT_GT(points, 200U);
}

TEST(Enclosures, APointHasNoWidthButItsRounding) {
  // z = x/3 at x = 1: the bounds hold one third and are a few ulps wide.
  NetworkBuilder builder(1);
  const AffineRow z = builder.relu(NetworkBuilder::scale(builder.input(0), Rational(1) / Rational(3)));
  const Network network = builder.finish({z}, {});
  const RegionNetwork region(network, {Rational(0)});
  Bounder bounder;
  bounder.enclose(region, {{1.0}, {1.0}});
  const Rational third = (Rational(1) / Rational(3)).times_power_of_two(region.exponent(0));
  EXPECT_TRUE(not_above(bounder.lower(0), third));
  EXPECT_TRUE(not_below(bounder.upper(0), third));
  EXPECT_LT(bounder.upper(0) - bounder.lower(0), 1e-14);
}

TEST(Enclosures, AHingeOnAFaceIsDecidedOnlyIfBoundsAreExact) {
  // relu(x) on [0, 1] may be called active, relu(x - 1/3) on [1/3 rounded down, 1] must not.
  NetworkBuilder builder(1);
  const AffineRow shifted = NetworkBuilder::add(builder.input(0), NetworkBuilder::constant(Rational(-1) / Rational(3)));
  const AffineRow row = builder.relu(shifted);
  const Network network = builder.finish({row}, {});
  const RegionNetwork region(network, {Rational(0)});
  Bounder bounder;
  const double below = (Rational(1) / Rational(3)).lower_double();
  bounder.enclose(region, {{below}, {1.0}});
  EXPECT_EQ(bounder.phase()[0], Phase::unstable);
  bounder.enclose(region, {{-1.0}, {std::nextafter(below, 1.0)}});
  EXPECT_EQ(bounder.phase()[0], Phase::unstable);
}

TEST(Enclosures, OverflowingWeightsProveNothing) {
  // (1e200)^2 does not fit a double: whatever comes out must not claim a phase that is wrong.
  NetworkBuilder builder(1);
  const Rational big = Rational::parse("1e200").value();
  AffineRow row = builder.relu(NetworkBuilder::add(builder.input(0), NetworkBuilder::constant(Rational(1))));
  for (int layer = 0; layer < 3; ++layer) {
    row = builder.relu(NetworkBuilder::add(NetworkBuilder::scale(row, big), NetworkBuilder::constant(-big)));
  }
  const Case c{builder.finish({row}, {}), {Rational(0)}};
  const RegionNetwork region(c.network, c.centre);
  Bounder bounder;
  std::mt19937_64 random(3);
  for (const Box& box : {Box{{-2.0}, {2.0}}, Box{{-2.0}, {-1.5}}, Box{{0.5}, {2.0}}, Box{{-0.5}, {0.0}}}) {
    bounder.enclose(region, box);
    const auto points = sample_points(box, 8, random);
    for (const auto& u : points) {
      const ExactValue exact = evaluate(c.network, sum(c.centre, u));
      for (int p = 0; p < region.neurons(); ++p) {
        const int sign = exact.pre_activation[static_cast<std::size_t>(p)].sign();
        const Phase phase = bounder.phase()[static_cast<std::size_t>(p)];
        EXPECT_FALSE(phase == Phase::active && sign < 0) << "neuron " << p;
        EXPECT_FALSE(phase == Phase::inactive && sign > 0) << "neuron " << p;
      }
    }
  }
}

TEST(SlopeRanges, HoldTheSecantSlopesOfTwoIntervals) {
  std::mt19937_64 random(11);
  const auto endpoint = [&] {
    switch (random_int(random, 0, 5)) {
      case 0:
        return 0.0;
      case 1:
        return 1.0 * random_int(random, -3, 3);
      case 2:
        return std::ldexp(1.0, random_int(random, -1060, 1000)) * (random_int(random, 0, 1) == 0 ? 1.0 : -1.0);
      case 3:
        return std::nextafter(0.0, random_int(random, 0, 1) == 0 ? 1.0 : -1.0);
      default:
        return std::uniform_real_distribution<double>(-1.0, 1.0)(random);
    }
  };
  const auto relu = [](const Rational& z) { return z.sign() > 0 ? z : Rational(0); };
  for (int repeat = 0; repeat < 20000; ++repeat) {
    double l[2], u[2];
    for (int side = 0; side < 2; ++side) {
      const double a = endpoint();
      const double b = random_int(random, 0, 4) == 0 ? a : endpoint();
      l[side] = std::min(a, b);
      u[side] = std::max(a, b);
    }
    const SlopeRange range = slope_range(l[0], u[0], l[1], u[1]);
    ASSERT_LE(0.0, range.lower);
    ASSERT_LE(range.lower, range.upper);
    ASSERT_LE(range.upper, 1.0);
    const Rational lower = Rational::from_double(range.lower);
    const Rational upper = Rational::from_double(range.upper);
    for (int part = 0; part < 9; ++part) {
      const auto point = [&](int side, int thirds) {
        const Rational low = Rational::from_double(l[side]);
        return low + (Rational::from_double(u[side]) - low) * Rational(thirds) / Rational(2);
      };
      const Rational a = point(0, part / 3);
      const Rational b = point(1, part % 3);
      if (a == b) continue;
      const Rational slope = (relu(a) - relu(b)) / (a - b);
      ASSERT_LE(lower, slope) << l[0] << ' ' << u[0] << ' ' << l[1] << ' ' << u[1];
      ASSERT_GE(upper, slope) << l[0] << ' ' << u[0] << ' ' << l[1] << ' ' << u[1];
    }
  }
}

TEST(SlopeRanges, UseMonotonyOfTheSecant) {
  // MATHEMATICS 1.2: relu between [-1, 1/2] and [2, 3] has slope at least 2/3.
  const SlopeRange range = slope_range(-1.0, 0.5, 2.0, 3.0);
  EXPECT_NEAR(range.lower, 2.0 / 3.0, 1e-15);
  EXPECT_EQ(range.upper, 1.0);
  const SlopeRange opposite = slope_range(-3.0, -2.0, -0.5, 1.0);
  EXPECT_EQ(opposite.lower, 0.0);
  EXPECT_NEAR(opposite.upper, 1.0 / 3.0, 1e-15);
}

TEST(Boxes, DistanceReachAndClippingAreExact) {
  Box box{{-1.0, 0.25, 0.5}, {2.0, 3.0, 0.5}};
  EXPECT_EQ(box.distance(), 0.5);
  EXPECT_EQ(box.reach(), 3.0);
  Box clipped = box;
  EXPECT_TRUE(clipped.clip(1.0));
  EXPECT_EQ(clipped.lower, (std::vector<double>{-1.0, 0.25, 0.5}));
  EXPECT_EQ(clipped.upper, (std::vector<double>{1.0, 1.0, 0.5}));
  EXPECT_TRUE(clipped.clip(0.5)) << "a ball that touches the box meets it";
  EXPECT_FALSE(clipped.clip(std::nextafter(0.5, 0.0)));
}

}  // namespace
}  // namespace foldproof::testing
