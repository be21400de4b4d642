// verified_positive_definite against exact arithmetic: it accepts only if A - margin I is positive definite.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "number/rational.h"
#include "number/scalar.h"
#include "slope/definite.h"

namespace foldproof {
namespace {

// Sylvester's criterion on the exact A - margin I.
bool exactly_above(const std::vector<double>& a, int size, double margin) {
  for (int order = 1; order <= size; ++order) {
    RationalMatrix minor(order, order);
    for (int i = 0; i < order; ++i) {
      for (int j = 0; j < order; ++j) {
        Rational entry = Rational::from_double(a[at(std::max(i, j) * size + std::min(i, j))]);
        if (i == j) entry -= Rational::from_double(margin);
        minor.set(i, j, entry);
      }
    }
    if (minor.determinant().sign() <= 0) return false;
  }
  return true;
}

bool accepts(std::vector<double> a, int size, double margin) {
  return verified_positive_definite(a.data(), size, margin);
}

// V^T V with small integers: exact in double; singular if V has fewer rows than columns.
std::vector<double> gram(int rows, int size, std::mt19937_64& random) {
  std::vector<int> v(at(rows * size));
  for (int& entry : v) entry = std::uniform_int_distribution<int>(-3, 3)(random);
  std::vector<double> result(at(size * size));
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < size; ++j) {
      for (int q = 0; q < rows; ++q) result[at(i * size + j)] += v[at(q * size + i)] * v[at(q * size + j)];
    }
  }
  return result;
}

TEST(Definite, NeverAcceptsASingularMatrix) {
  std::mt19937_64 random(1);
  for (int repeat = 0; repeat < 500; ++repeat) {
    const int size = 2 + repeat % 7;
    std::vector<double> a = gram(size - 1, size, random);
    EXPECT_FALSE(accepts(a, size, 0.0)) << repeat;
    // lambda_min = 0 moved up to the margin exactly, and to just below zero.
    for (const double margin : {0x1p-40, 0.25, 3.0}) {
      std::vector<double> shifted = a;
      for (int i = 0; i < size; ++i) shifted[at(i * size + i)] += margin;
      EXPECT_FALSE(accepts(shifted, size, margin)) << repeat << ' ' << margin;
    }
    for (int i = 0; i < size; ++i) a[at(i * size + i)] -= 0x1p-45;
    EXPECT_FALSE(accepts(a, size, 0.0)) << repeat;
  }
}

TEST(Definite, NeverAcceptsWhatIsIndefiniteByARoundingError) {
  for (const double tiny : {0x1p-50, 0x1p-52, 0x1p-53, 0.0}) {
    // Eigenvalues near 2 and -tiny / 2.
    EXPECT_FALSE(accepts({1.0, 1.0, 1.0, 1.0 - tiny}, 2, 0.0)) << tiny;
    EXPECT_FALSE(accepts({1e20, 1e20, 1e20, 1e20 * (1.0 - tiny)}, 2, 0.0)) << tiny;
    EXPECT_FALSE(accepts({1e-20, 1e-20, 1e-20, 1e-20 * (1.0 - tiny)}, 2, 0.0)) << tiny;
  }
  // Indefinite by 1e-15 relative, three by three: sum of the off-diagonal rows exceeds the diagonal.
  EXPECT_FALSE(accepts({1.0, 0, 0, -0.5, 1.0, 0, -0.5, -0.5, 1.0 - 1e-15}, 3, 0.0));
  EXPECT_FALSE(accepts({0.0}, 1, 0.0));
  EXPECT_FALSE(accepts({-1e-300}, 1, 0.0));
  EXPECT_FALSE(accepts({1.0}, 1, 1.0));
  EXPECT_FALSE(accepts({std::nan("")}, 1, 0.0));
  EXPECT_FALSE(accepts({1.0, 0.0, std::nan(""), 1.0}, 2, 0.0));
  EXPECT_FALSE(accepts({std::numeric_limits<double>::infinity()}, 1, 0.0));
  EXPECT_FALSE(accepts({1.0}, 1, std::nan("")));
  EXPECT_FALSE(accepts({1.0}, 1, std::numeric_limits<double>::infinity()));
}

TEST(Definite, AcceptsOnlyExactlyDefiniteMatricesAtRandomAndMostOfThem) {
  std::mt19937_64 random(2);
  int definite = 0;
  int accepted = 0;
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const int size = 1 + repeat % 5;
    std::vector<double> a(at(size * size));
    for (double& entry : a) entry = std::uniform_real_distribution<double>(-1.0, 1.0)(random);
    for (int i = 0; i < size; ++i) a[at(i * size + i)] += std::uniform_real_distribution<double>(0.0, 3.0)(random);
    const double margin = repeat % 3 == 0 ? 0.0 : std::ldexp(1.0, -std::uniform_int_distribution<int>(0, 50)(random));
    const bool exact = exactly_above(a, size, margin);
    const bool answer = accepts(a, size, margin);
    EXPECT_TRUE(exact || !answer) << "repeat " << repeat << ", margin " << margin;
    definite += exact ? 1 : 0;
    accepted += answer ? 1 : 0;
  }
  EXPECT_GT(definite, 300);
  EXPECT_GE(accepted, definite * 99 / 100);
}

TEST(Definite, ReadsOnlyTheLowerTriangle) {
  EXPECT_TRUE(accepts({2.0, 1e9, 0.5, 2.0}, 2, 1.0));
  EXPECT_FALSE(accepts({2.0, 0.5, 1e9, 2.0}, 2, 1.0));
}

}  // namespace
}  // namespace foldproof
