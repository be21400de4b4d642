// J0 of polynomial maps against the sign of the determinant, evaluated exactly on a grid, and against known curves.
#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/map_fold.h"
#include "fields.h"

namespace foldproof {
namespace {

using testing::box;
using testing::map_of;

/// How often the polylines cross the segment from a to b; segments that only touch do not occur in the tests.
int crossings(const FoldOfMap& fold, const std::array<double, 2>& a, const std::array<double, 2>& b) {
  const auto turn = [](const auto& p, const auto& q, const auto& r) {
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]) > 0;
  };
  int count = 0;
  for (const auto& line : fold.lines) {
    for (std::size_t k = 0; k + 1 < line.size(); ++k) {
      const auto &c = line[k], &d = line[k + 1];
      count += turn(a, b, c) != turn(a, b, d) && turn(c, d, a) != turn(c, d, b) ? 1 : 0;
    }
  }
  return count;
}

void expect_it_separates_signs(const PolynomialMap& map, const std::vector<Interval>& where) {
  const FoldOfMap fold = fold_of_map(map, where, 60);
  constexpr int kSide = 23;  // not a divisor of the grid
  const auto at = [&](std::size_t axis, int i) {
    const auto& [low, high] = where[axis];
    return low + (high - low) * Rational(2 * i + 1) / Rational(2 * kSide);
  };
  int changes = 0;
  for (int i = 0; i + 1 < kSide; ++i) {
    for (int j = 0; j < kSide; ++j) {
      const std::vector<Rational> a{at(0, i), at(1, j)}, b{at(0, i + 1), at(1, j)};
      const int sign_a = fold.determinant.evaluate(a).sign(), sign_b = fold.determinant.evaluate(b).sign();
      if (sign_a == 0 || sign_b == 0) continue;
      const int count = crossings(fold, {a[0].nearest_double(), a[1].nearest_double()},
                                  {b[0].nearest_double(), b[1].nearest_double()});
      EXPECT_EQ(count % 2 == 1, sign_a != sign_b) << i << ' ' << j;
      changes += sign_a != sign_b ? 1 : 0;
    }
  }
  EXPECT_GT(changes, 10);
  EXPECT_EQ(fold.open_cells, 0U);
}

TEST(MapFold, SeparatesTheSignsOfTheDeterminant) {
  expect_it_separates_signs(testing::brusselator(), box({"-4", "4", "-9", "10"}));
  expect_it_separates_signs(testing::brusselator("3", "0.5"), box({"-4", "4.1", "-4.05", "4"}));
  expect_it_separates_signs(testing::van_der_pol(), box({"-6", "6", "-5", "5"}));
}

TEST(MapFold, VerticesLieOnTheCurve) {
  const FoldOfMap fold = fold_of_map(testing::brusselator(), box({"-4", "4", "-9", "10"}), 40);
  std::size_t vertices = 0;
  for (const auto& line : fold.lines) {
    for (const auto& vertex : line) {
      const Rational value =
          fold.determinant.evaluate({Rational::from_double(vertex[0]), Rational::from_double(vertex[1])});
      EXPECT_NEAR(value.nearest_double(), 0.0, 1e-13);
      ++vertices;
    }
  }
  EXPECT_GT(vertices, 50U);
  EXPECT_GE(fold.crossings, vertices);  // lines that were needed only to cut cells are counted too
  EXPECT_EQ(fold.open_cells, 0U);
  EXPECT_GE(fold.grid_lines, 82U);
}

TEST(MapFold, AClosedCurveIsOnePolylineThatEndsWhereItBegins) {
  // (x^3/3 + x y^2 - x, y): det = x^2 + y^2 - 1
  const PolynomialMap map = map_of("x' = x^3/3 + x*y^2 - 2*x\ny' = 0\ntau = 1\n");
  const FoldOfMap fold = fold_of_map(map, box({"-2", "2", "-2", "2"}), 30);
  ASSERT_EQ(fold.lines.size(), 1U);
  EXPECT_EQ(fold.lines[0].front(), fold.lines[0].back());
  double length = 0;
  for (std::size_t k = 0; k + 1 < fold.lines[0].size(); ++k) {
    length += std::hypot(fold.lines[0][k][0] - fold.lines[0][k + 1][0], fold.lines[0][k][1] - fold.lines[0][k + 1][1]);
  }
  EXPECT_NEAR(length, 2 * 3.14159265, 0.02);
}

TEST(MapFold, ALoopInsideOneCellIsFound) {
  // det = (x - 0.3)^2 + (y - 0.3)^2 - 0.01; the cells have side 1
  const PolynomialMap map = map_of("x' = (x - 0.3)^3/3 + x*(y - 0.3)^2 - 0.01*x - x\ny' = 0\ntau = 1\n");
  const FoldOfMap fold = fold_of_map(map, box({"-2", "2", "-2", "2"}), 4);
  ASSERT_EQ(fold.lines.size(), 1U);
  EXPECT_EQ(fold.lines[0].front(), fold.lines[0].back());
  EXPECT_EQ(fold.open_cells, 0U);
}

TEST(MapFold, ASingularPointLeavesACellOpen) {
  // det = x^2 + y^2 is zero at one point, where no line crosses it
  const PolynomialMap map = map_of("x' = x^3/3 + x*y^2 - x\ny' = 0\ntau = 1\n");
  EXPECT_GT(fold_of_map(map, box({"-1", "2", "-1", "2"}), 4).open_cells, 0U);
  EXPECT_GT(fold_of_map(map_of("x' = x^2*y/2 - x\ny' = 0\ntau = 1\n"), box({"-1", "2", "-1", "2"}), 7).open_cells, 0U);
}

TEST(MapFold, StraightLinesAndDoubleFactorsAreSeen) {
  // (x^3/3, y): det = x^2 does not change its sign on x = 0, where it is zero; the grid of a symmetric box holds x = 0
  const FoldOfMap fold = fold_of_map(map_of("x' = x^3/3 - x\ny' = 0\ntau = 1\n"), box({"-1", "1", "-1", "1"}), 4);
  ASSERT_EQ(fold.lines.size(), 1U);
  for (const auto& vertex : fold.lines[0]) EXPECT_EQ(vertex[0], 0.0);
  EXPECT_GT(crossings(fold, {-0.5, 0.1}, {0.5, 0.1}), 0);
}

TEST(MapFold, CrossingBranchesAreBothSeen) {
  // det = x y
  const FoldOfMap fold = fold_of_map(map_of("x' = x^2*y/2 - x\ny' = 0\ntau = 1\n"), box({"-1", "2", "-1", "2"}), 7);
  EXPECT_GT(crossings(fold, {-0.5, 1}, {0.5, 1}), 0);
  EXPECT_GT(crossings(fold, {1, -0.5}, {1, 0.5}), 0);
  EXPECT_EQ(crossings(fold, {0.5, 0.5}, {1.5, 1.4}), 0);
}

TEST(MapFold, OnTheLineItIsTheExactZeros) {
  // x + (x^3/3 - 3x)/1: slope x^2 - 2
  const PolynomialMap map = map_of("x' = x^3/3 - 3*x\ntau = 1\n");
  const FoldOfMap fold = fold_of_map(map, box({"-3", "3"}), 2);
  ASSERT_EQ(fold.points.size(), 2U);
  for (const IsolatedRoot& point : fold.points) {
    EXPECT_LT((point.enclosure.first * point.enclosure.first - Rational(2)).sign() *
                  (point.enclosure.second * point.enclosure.second - Rational(2)).sign(),
              0);
  }
  EXPECT_EQ(fold_of_map(map, box({"0", "3"}), 2).points.size(), 1U);
}

TEST(MapFold, NoFoldAndNothingButFold) {
  EXPECT_TRUE(fold_of_map(map_of("x' = 1\ny' = x\ntau = 1\n"), box({"0", "1", "0", "1"}), 4).lines.empty());
  EXPECT_TRUE(fold_of_map(map_of("x' = -x\ny' = x\ntau = 1\n"), box({"0", "1", "0", "1"}), 4).everywhere);
}

}  // namespace
}  // namespace foldproof
