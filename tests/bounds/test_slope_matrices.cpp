// Slope matrices against exact secants (MATHEMATICS 1.1, 2): f(x) - f(y) = J0 d + C w with |w_j| <= |delta_j| / 2.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "model/evaluate.h"
#include "number/scalar.h"
#include "random_networks.h"

namespace foldproof::testing {
namespace {

Rational relu(const Rational& z) { return z.sign() > 0 ? z : Rational(0); }

bool finite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

// Matrices that overflowed prove nothing (CubeTest.ASingularCentreIsNotInverted) and cannot be compared.
bool finite(const SlopeMatrices& m) {
  return finite(m.a) && finite(m.b) && finite(m.j0) && finite(m.c) && finite(m.error_ab) && finite(m.error_jc);
}

// Checks the pair x, y (relative to the centre) against matrices made for `range`. Returns false after a failure.
bool secants_agree(const Network& network, const std::vector<Rational>& centre, const RegionNetwork& region,
                   const std::vector<SlopeRange>& range, const SlopeMatrices& matrices, const std::vector<Rational>& x,
                   const std::vector<Rational>& y) {
  if (!finite(matrices)) return true;
  const ExactValue fx = evaluate(network, sum(centre, x));
  const ExactValue fy = evaluate(network, sum(centre, y));
  std::vector<Rational> d = x;
  Rational size;
  for (std::size_t i = 0; i < d.size(); ++i) {
    d[i] -= y[i];
    size += abs(d[i]);
  }
  // value . (d, w): the row's value at the implied w, which may differ from the exact one by error * (|d| + |w|)_1.
  std::vector<Rational> w;
  const auto row = [&](const double* direct, const double* through) {
    Rational result;
    for (std::size_t i = 0; i < d.size(); ++i) result.add_product(Rational::from_double(direct[i]), d[i]);
    for (std::size_t j = 0; j < w.size(); ++j) result.add_product(Rational::from_double(through[j]), w[j]);
    return result;
  };
  for (int p = 0, j = 0; p < region.neurons(); ++p) {
    // Rows of a region network are scaled by powers of two.
    const Rational zx = fx.pre_activation[at(region.original(p))].times_power_of_two(region.exponent(p));
    const Rational zy = fy.pre_activation[at(region.original(p))].times_power_of_two(region.exponent(p));
    const Rational delta = zx - zy;
    const SlopeRange& slopes = range[at(p)];
    if (!delta.is_zero()) {
      const Rational slope = (relu(zx) - relu(zy)) / delta;
      if (slope < Rational::from_double(slopes.lower) || slope > Rational::from_double(slopes.upper)) {
        ADD_FAILURE() << "neuron " << p << ": slope " << slope.str() << " not in " << slopes.lower << ", "
                      << slopes.upper;
        return false;
      }
    }
    if (!(slopes.lower < slopes.upper)) continue;
    EXPECT_EQ(matrices.neuron[at(j)], p);
    for (int later = j; later < matrices.k; ++later) {
      EXPECT_EQ(matrices.b[at(j) * at(matrices.k) + at(later)], 0.0) << "B must be strictly lower triangular";
    }
    const Rational form = row(matrices.a.data() + at(j) * at(matrices.n), matrices.b.data() + at(j) * at(matrices.k));
    if (abs(form - delta) > Rational::from_double(matrices.error_ab[at(j)]) * size) {
      ADD_FAILURE() << "delta of neuron " << p << " is off by " << abs(form - delta).nearest_double() << ", allowed "
                    << matrices.error_ab[at(j)] << " * " << size.nearest_double();
      return false;
    }
    // The columns are scaled by the range's width, widened a little so that its middle may be a rounded double.
    const double middle = 0.5 * slopes.lower + 0.5 * slopes.upper;
    const double width = slopes.upper - slopes.lower < 1.0 ? std::min(1.0, slopes.upper - slopes.lower + 0x1p-50) : 1.0;
    w.push_back((relu(zx) - relu(zy) - Rational::from_double(middle) * delta) / Rational::from_double(width));
    if (abs(w.back()) * Rational(2) > abs(delta)) {
      ADD_FAILURE() << "neuron " << p << ": |w| exceeds |delta| / 2";
      return false;
    }
    size += abs(w.back());
    ++j;
  }
  EXPECT_EQ(static_cast<int>(w.size()), matrices.k);
  for (int o = 0; o < matrices.m; ++o) {
    const Rational difference =
        (fx.output[at(o)] - fy.output[at(o)]).times_power_of_two(region.exponent(region.neurons() + o));
    const Rational form = row(matrices.j0.data() + at(o) * at(matrices.n), matrices.c.data() + at(o) * at(matrices.k));
    if (abs(form - difference) > Rational::from_double(matrices.error_jc[at(o)]) * size) {
      ADD_FAILURE() << "output " << o << " is off by " << abs(form - difference).nearest_double() << ", allowed "
                    << matrices.error_jc[at(o)] << " * " << size.nearest_double();
      return false;
    }
  }
  return true;
}

std::vector<SlopeRange> ranges(const Bounder& bounder) {
  std::vector<SlopeRange> result;
  for (const Phase phase : bounder.phase()) result.push_back(slope_range(phase));
  return result;
}

class Secants : public ::testing::TestWithParam<Weights> {};

TEST_P(Secants, OfPairsInABoxAreEnclosed) {
  std::mt19937_64 random(77);
  int undecided = 0;
  for (const RandomShape& shape : all_shapes()) {
    if (shape.weights != GetParam()) continue;
    for (int repeat = 0; repeat < 4; ++repeat) {
      SCOPED_TRACE(::testing::Message() << "inputs " << shape.inputs << ", hidden " << shape.hidden << ", skip "
                                        << shape.skip << ", repeat " << repeat);
      const Network network = random_network(shape, random);
      const std::vector<Rational> centre = random_centre(shape, random);
      const RegionNetwork root(network, centre);
      Bounder bounder;
      SlopeMatrices matrices;
      const Box box = random_box(shape, random);
      bounder.enclose(root, box);
      bounder.slopes(root, matrices);
      undecided += matrices.k;
      const std::vector<SlopeRange> whole = ranges(bounder);
      const auto points = sample_points(box, 6, random);
      for (std::size_t s = 0; s + 1 < points.size(); ++s) {
        ASSERT_TRUE(secants_agree(network, centre, root, whole, matrices, points[s], points[s + 1]));
      }
      const auto small = bounder.restrict(root, bounder.phase());
      const Box part = random_part(box, random);
      bounder.enclose(*small, part);
      bounder.slopes(*small, matrices);
      const std::vector<SlopeRange> inner = ranges(bounder);
      const auto inside = sample_points(part, 6, random);
      for (std::size_t s = 0; s + 1 < inside.size(); ++s) {
        ASSERT_TRUE(secants_agree(network, centre, *small, inner, matrices, inside[s], inside[s + 1]));
      }
    }
  }
  EXPECT_GT(undecided, 50) << "too few undecided neurons to test anything";
}

TEST_P(Secants, BetweenTwoBoxesAreEnclosed) {
  std::mt19937_64 random(78);
  for (const RandomShape& shape : all_shapes()) {
    if (shape.weights != GetParam()) continue;
    for (int repeat = 0; repeat < 4; ++repeat) {
      const Network network = random_network(shape, random);
      const std::vector<Rational> centre = random_centre(shape, random);
      const RegionNetwork root(network, centre);
      const Box box_x = random_box(shape, random);
      const Box box_y = random_box(shape, random);
      Bounder bounder_x, bounder;
      bounder_x.enclose(root, box_x);
      bounder.enclose(root, box_y);
      std::vector<SlopeRange> range;
      for (int p = 0; p < root.neurons(); ++p) {
        range.push_back(slope_range(bounder_x.lower(p), bounder_x.upper(p), bounder.lower(p), bounder.upper(p)));
      }
      SlopeMatrices matrices;
      bounder.slopes(root, range, matrices);
      const auto x = sample_points(box_x, 5, random);
      const auto y = sample_points(box_y, 5, random);
      for (std::size_t s = 0; s < x.size(); ++s) {
        ASSERT_TRUE(secants_agree(network, centre, root, range, matrices, x[s], y[s]))
            << "inputs " << shape.inputs << ", hidden " << shape.hidden << ", skip " << shape.skip << ", repeat "
            << repeat;
      }
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<Weights>& info) {
  const char* const names[] = {"integers", "thirds", "doubles", "huge", "cancelling"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Random, Secants,
                         ::testing::Values(Weights::integers, Weights::thirds, Weights::doubles, Weights::huge,
                                           Weights::cancelling),
                         name_of);

}  // namespace
}  // namespace foldproof::testing
