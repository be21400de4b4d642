// Cube tests against brute force: det J(s) at all 2^k corners in exact arithmetic. The determinant is affine in each
// slope (MATHEMATICS 1.3), so one strict sign at the corners is one strict sign on the cube, and nothing less is.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>

#include "number/rational.h"
#include "number/scalar.h"
#include "slope/cube_test.h"

namespace foldproof {
namespace {

SlopeMatrices matrices_of(int n, int k) {
  SlopeMatrices result;
  result.n = result.m = n;
  result.k = k;
  result.a.assign(at(k * n), 0.0);
  result.b.assign(at(k * k), 0.0);
  result.j0.assign(at(n * n), 0.0);
  result.c.assign(at(n * k), 0.0);
  result.error_ab.assign(at(k), 0.0);
  result.error_jc.assign(at(n), 0.0);
  for (int j = 0; j < k; ++j) result.neuron.push_back(j);
  return result;
}

// Sign of the exact det J at the corner whose bit j says whether neuron j is active: w_j = +-delta_j / 2.
int corner_sign(const SlopeMatrices& matrices, unsigned corner) {
  const int n = matrices.n;
  RationalMatrix jacobian(n, n);
  for (int column = 0; column < n; ++column) {
    std::vector<Rational> w;
    for (int j = 0; j < matrices.k; ++j) {
      Rational delta = Rational::from_double(matrices.a[at(j * n + column)]);
      for (int q = 0; q < j; ++q) {
        delta.add_product(Rational::from_double(matrices.b[at(j * matrices.k + q)]), w[at(q)]);
      }
      w.push_back(delta / Rational(((corner >> j) & 1U) != 0U ? 2 : -2));
    }
    for (int i = 0; i < n; ++i) {
      Rational entry = Rational::from_double(matrices.j0[at(i * n + column)]);
      for (int j = 0; j < matrices.k; ++j) {
        entry.add_product(Rational::from_double(matrices.c[at(i * matrices.k + j)]), w[at(j)]);
      }
      jacobian.set(i, column, entry);
    }
  }
  return jacobian.determinant().sign();
}

// The strict sign all corners share, or 0.
int brute_force(const SlopeMatrices& matrices) {
  const int first = corner_sign(matrices, 0);
  for (unsigned corner = 1; corner < (1U << matrices.k); ++corner) {
    if (corner_sign(matrices, corner) != first) return 0;
  }
  return first;
}

void expect_sound(const CubeResult& result, int exact) {
  if (result.sign != 0) {
    EXPECT_EQ(result.sign, exact) << "proved by " << result.test;
    EXPECT_STRNE(result.test, "");
  }
  if (exact != 0) {
    EXPECT_FALSE(result.refuted) << "called singular, but every corner has sign " << exact;
  }
}

// Like the matrices of a small network: entries of A and C of size about `strength`, J0 near a random matrix.
SlopeMatrices random_matrices(int n, int k, double strength, bool grid, std::mt19937_64& random) {
  SlopeMatrices result = matrices_of(n, k);
  const auto entry = [&](double scale) {
    if (grid) return scale * std::uniform_int_distribution<int>(-4, 4)(random) / 4.0;
    return std::uniform_real_distribution<double>(-scale, scale)(random);
  };
  for (double& x : result.a) x = entry(1.0);
  for (double& x : result.c) x = entry(strength);
  for (double& x : result.j0) x = entry(1.0);
  for (int i = 0; i < n; ++i) result.j0[at(i * n + i)] += entry(1.0) < 0.0 ? -1.0 : 1.0;
  for (int j = 0; j < k; ++j) {
    for (int q = 0; q < j; ++q) result.b[at(j * k + q)] = entry(0.5);
  }
  return result;
}

TEST(CubeTest, ProvesOnlyWhatHoldsAtAllCornersAndMostOfThat) {
  std::mt19937_64 random(42);
  CubeTest test;
  int holds = 0;
  int proved = 0;
  int fails = 0;
  std::map<std::string, int> by_test;
  for (int repeat = 0; repeat < 1500; ++repeat) {
    const int n = std::uniform_int_distribution<int>(1, 4)(random);
    const int k = std::uniform_int_distribution<int>(0, repeat % 50 == 0 ? 10 : 5)(random);
    const double strength = std::ldexp(1.0, std::uniform_int_distribution<int>(-3, 1)(random));
    const SlopeMatrices matrices = random_matrices(n, k, strength, repeat % 3 == 0, random);
    const int exact = brute_force(matrices);
    const CubeResult result = test.run(matrices, 5000);
    SCOPED_TRACE(::testing::Message() << "repeat " << repeat << ", n " << n << ", k " << k);
    expect_sound(result, exact);
    if (exact != 0) {
      ++holds;
      if (result.sign != 0) {
        ++proved;
        ++by_test[result.test];
      }
    } else {
      ++fails;
    }
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(holds, 300);
  EXPECT_GT(fails, 300);
  EXPECT_GE(proved, holds * 97 / 100) << "of " << holds;
  for (const char* name : {"determinant", "perron", "slopes"}) {
    EXPECT_GT(by_test[name], 0) << name << " proved nothing";
  }
}

TEST(CubeTest, ABudgetOfOneNodeIsStillSound) {
  std::mt19937_64 random(43);
  CubeTest test;
  for (int repeat = 0; repeat < 300; ++repeat) {
    const SlopeMatrices matrices = random_matrices(2, 4, 1.0, repeat % 2 == 0, random);
    const CubeResult result = test.run(matrices, 1);
    EXPECT_LE(result.nodes, 2);
    expect_sound(result, brute_force(matrices));
  }
}

TEST(CubeTest, HoldsForEveryMatrixWithinTheErrors) {
  std::mt19937_64 random(44);
  CubeTest test;
  int proved = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    SlopeMatrices matrices = random_matrices(2, 3, 0.5, false, random);
    const double error = std::ldexp(1.0, -std::uniform_int_distribution<int>(1, 12)(random));
    matrices.error_ab.assign(3, error);
    matrices.error_jc.assign(2, error);
    const CubeResult result = test.run(matrices, 5000);
    if (result.sign == 0) continue;
    ++proved;
    for (int trial = 0; trial < 12; ++trial) {
      SlopeMatrices moved = matrices;
      const auto shake = [&](double& x) {
        x += std::uniform_int_distribution<int>(0, 1)(random) == 0 ? error : -error;
      };
      for (double& x : moved.a) shake(x);
      for (double& x : moved.c) shake(x);
      for (double& x : moved.j0) shake(x);
      for (int j = 0; j < 3; ++j) {
        for (int q = 0; q < j; ++q) shake(moved.b[at(j * 3 + q)]);
      }
      ASSERT_EQ(brute_force(moved), result.sign) << "error " << error << ", proved by " << result.test;
    }
  }
  EXPECT_GT(proved, 50);
}

// One neuron, n = 1: J(s) = j0 + c t a with |t| <= 1/2 vanishes inside the cube iff |c a| >= 2 |j0|.
SlopeMatrices one_neuron(double j0, double c, double a) {
  SlopeMatrices result = matrices_of(1, 1);
  result.j0[0] = j0;
  result.c[0] = c;
  result.a[0] = a;
  return result;
}

TEST(CubeTest, DecidesOneNeuronUpToRounding) {
  CubeTest test;
  EXPECT_EQ(test.run(one_neuron(0.5, 1.0, 1.0), 100).sign, 0) << "relu: J = 0 at s = 0";
  EXPECT_EQ(test.run(one_neuron(0.5, std::nextafter(1.0, 2.0), 1.0), 100).sign, 0) << "opposite signs";
  EXPECT_EQ(test.run(one_neuron(0.5, 1.0 - 1e-12, 1.0), 100).sign, 1) << "leaky relu";
  EXPECT_EQ(test.run(one_neuron(-0.5, 1.0 - 1e-12, -1.0), 100).sign, -1);
  EXPECT_FALSE(test.run(one_neuron(0.5, std::nextafter(1.0, 0.0), 1.0), 100).refuted) << "nonsingular by one ulp";
  EXPECT_TRUE(test.run(one_neuron(0.5, 1.0 + 1e-9, 1.0), 100).refuted);
}

TEST(CubeTest, NearSingularCubesAreNeverProvedWrongly) {
  // Scale column j of C until one corner is nearly singular, then move by a few ulps around that place.
  std::mt19937_64 random(45);
  CubeTest test;
  for (int repeat = 0; repeat < 60; ++repeat) {
    const int k = 2 + repeat % 3;
    SlopeMatrices matrices = random_matrices(2, k, 1.0, false, random);
    const std::vector<double> c = matrices.c;
    const auto holds = [&](double scale) {
      for (std::size_t i = 0; i < c.size(); ++i) matrices.c[i] = scale * c[i];
      return brute_force(matrices) != 0;
    };
    double good = 0.0;
    double bad = 16.0;
    if (holds(bad)) continue;
    for (int step = 0; step < 54; ++step) {
      const double middle = 0.5 * (good + bad);
      (holds(middle) ? good : bad) = middle;
    }
    for (const double distance : {-1e-3, -1e-9, -1e-13, -1e-15, 0.0, 1e-15, 1e-13, 1e-9}) {
      const double scale = good * (1.0 + distance);
      const bool exact = holds(scale);
      const CubeResult result = test.run(matrices, 5000);
      EXPECT_TRUE(exact || result.sign == 0) << "proved a singular cube, by " << result.test << ", at " << distance;
      EXPECT_TRUE(!exact || !result.refuted) << "refuted a nonsingular cube at " << distance;
    }
  }
}

TEST(CubeTest, ASingularCentreIsNotInverted) {
  CubeTest test;
  for (const double tiny : {0.0, 0x1p-52, -0x1p-52, 1e-300}) {
    SlopeMatrices matrices = matrices_of(2, 0);
    // Both rows (1/3 rounded, 1): singular up to `tiny`.
    matrices.j0 = {1.0 / 3.0, 1.0, 1.0 / 3.0, 1.0 + tiny};
    const int exact = corner_sign(matrices, 0);
    const CubeResult result = test.run(matrices, 100);
    EXPECT_TRUE(result.sign == 0 || result.sign == exact) << tiny;
  }
  SlopeMatrices badly_scaled = matrices_of(2, 0);
  badly_scaled.j0 = {1e-200, 0.0, 0.0, -1e200};
  EXPECT_LE(test.run(badly_scaled, 100).sign, 0);
  SlopeMatrices not_a_number = matrices_of(2, 1);
  not_a_number.j0 = {1.0, std::nan(""), 0.0, 1.0};
  EXPECT_EQ(test.run(not_a_number, 100).sign, 0);
  SlopeMatrices infinite = matrices_of(2, 1);
  infinite.j0 = {1.0, 0.0, 0.0, 1.0};
  infinite.c = {std::numeric_limits<double>::infinity(), 0.0};
  infinite.a = {1.0, 1.0};
  EXPECT_EQ(test.run(infinite, 100).sign, 0);
  SlopeMatrices infinite_error = one_neuron(1.0, 0.0, 0.0);
  infinite_error.error_jc = {std::numeric_limits<double>::infinity()};
  EXPECT_EQ(test.run(infinite_error, 100).sign, 0);
}

TEST(CubeTest, AnErrorThatIsNotANumberProvesNothing) {
  // 0 * inf is what an overflow upstream leaves in an error.
  CubeTest test;
  SlopeMatrices matrices = one_neuron(1.0, 0.5, 0.5);
  matrices.error_ab = {std::nan("")};
  EXPECT_EQ(test.run(matrices, 100).sign, 0);
  matrices.error_ab = {0.0};
  matrices.error_jc = {std::nan("")};
  EXPECT_EQ(test.run(matrices, 100).sign, 0);
  matrices.error_jc = {0.0};
  EXPECT_EQ(test.run(matrices, 100).sign, 1);
}

TEST(CubeTest, OppositeSignsOnTheTwoHalvesOfACubeProveNothing) {
  // MATHEMATICS 1.3: J = diag(2 t, 1) is nonsingular at both ends of t in [-1/2, 1/2], with opposite signs.
  SlopeMatrices matrices = matrices_of(2, 1);
  matrices.j0 = {0x1p-30, 0.0, 0.0, 1.0};
  matrices.c = {2.0, 0.0};
  matrices.a = {1.0, 0.0};
  CubeTest test;
  const CubeResult result = test.run(matrices, 1000);
  EXPECT_EQ(result.sign, 0);
}

TEST(CubeTest, InfluenceIsGivenForEveryUndecidedNeuron) {
  SlopeMatrices matrices = one_neuron(0.5, 2.0, 1.0);
  CubeTest test;
  test.run(matrices, 100);
  ASSERT_EQ(test.influence().size(), 1U);
  EXPECT_GE(test.influence()[0], 0.0);
}

}  // namespace
}  // namespace foldproof
