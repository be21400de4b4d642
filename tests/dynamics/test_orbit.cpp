// Orbits whose end is known.
#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/orbit.h"
#include "fields.h"

namespace foldproof {
namespace {

Orbit orbit_of(const Step& step, std::vector<double> start, std::size_t steps, std::size_t skip, std::size_t most = 0) {
  OrbitOptions options;
  options.steps = steps;
  options.skip = skip;
  options.most_points = most;
  return iterate(step, start, options);
}

std::vector<double> logistic(double r, const std::vector<double>& x) { return {r * x[0] * (1 - x[0])}; }

TEST(Orbit, TellsWhatItSettlesDownTo) {
  const auto kind = [](double r) { return orbit_of([r](const auto& x) { return logistic(r, x); }, {0.3}, 400, 2000); };
  EXPECT_EQ(kind(2.5).kind, "fixed point");
  EXPECT_EQ(kind(3.2).kind, "period");
  EXPECT_EQ(kind(3.2).period, 2U);
  EXPECT_EQ(kind(3.5).period, 4U);
  EXPECT_EQ(kind(3.83).period, 3U);
  EXPECT_EQ(kind(4.0 - 1e-9).kind, "other");
  EXPECT_EQ(kind(5.0).kind, "escapes");
  EXPECT_TRUE(kind(5.0).points.empty());
}

TEST(Orbit, ARotationTurnsOnAClosedCurveAndAnAreaIsNone) {
  const auto turn = [](const std::vector<double>& x) {
    return std::vector<double>{std::cos(1.0) * x[0] - std::sin(1.0) * x[1],
                               std::sin(1.0) * x[0] + std::cos(1.0) * x[1]};
  };
  EXPECT_EQ(orbit_of(turn, {1, 0}, 500, 0).kind, "closed curve");
  const auto henon = [](const std::vector<double>& x) {
    return std::vector<double>{1 - 1.4 * x[0] * x[0] + x[1], 0.3 * x[0]};
  };
  EXPECT_EQ(orbit_of(henon, {0.1, 0.1}, 2000, 100).kind, "other");
}

TEST(Orbit, TheBrusselatorTurnsOnAnInvariantCircleAboveItsBifurcation) {
  EXPECT_EQ(orbit_of(DoubleMap(testing::brusselator("2.1")), {1, 2.5}, 1000, 3000).kind, "closed curve");
  const Orbit below = orbit_of(DoubleMap(testing::brusselator("1.5")), {1, 2.5}, 100, 3000);
  EXPECT_EQ(below.kind, "fixed point");
  EXPECT_NEAR(below.points.back()[1], 1.5, 1e-9);
}

TEST(Orbit, KeepsTheAskedPointsInTheirOrder) {
  const Step count = [](const std::vector<double>& x) { return std::vector<double>{x[0] + 1}; };
  const Orbit all = orbit_of(count, {0}, 9, 5);
  ASSERT_EQ(all.points.size(), 10U);
  EXPECT_EQ(all.points.front()[0], 5);
  EXPECT_EQ(all.points.back()[0], 14);
  const Orbit thin = orbit_of(count, {0}, 99, 0, 30);
  EXPECT_EQ(thin.stride, 4U);
  EXPECT_EQ(thin.points.size(), 25U);
  EXPECT_EQ(thin.points[1][0], 4);
}

}  // namespace
}  // namespace foldproof
