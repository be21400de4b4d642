// Claim: run() returns true only if the columns of J(s) are independent for all slopes.
// Proof sketch: for as many outputs as columns that is the cube test. For more, let Z be any fixed matrix: if Z J(s) is
// nonsingular, J(s) d = 0 only for d = 0 (MATHEMATICS 2.5). f difference = J0 d + C w, so Z J(s) has the slope matrices
// Z J0 and Z C. An entry sum_o Z_io E_o, where E_o is known up to error_o, is computed with an error of at most
// sum_o |Z_io| (error_o + gamma |E_o|).
// Choice: Z = J0^T (I + c C C^T)^{-1}, so that outputs count less the more undecided slopes blur them. c = 0 is the
// transpose. A curve in the plane that turns by more than a right angle needs c > 0: what is left of J0 then is its
// part across the turn.
#include "slope/rank_test.h"

#include <algorithm>
#include <cmath>

#include "number/rounding.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

std::vector<double> pick(const std::vector<double>& from, int rows, int width, const std::vector<int>& columns) {
  std::vector<double> result;
  for (int r = 0; r < rows; ++r) {
    for (const int c : columns) result.push_back(from[at(r) * at(width) + at(c)]);
  }
  return result;
}

}  // namespace

// Z J(s) for that c, in square_; false if Z cannot be computed.
bool RankTest::compress(const SlopeMatrices& from, double noise) {
  const std::size_t n = at(from.n);
  const std::size_t m = at(from.m);
  const std::size_t k = at(from.k);
  // [I + c C C^T, J0] by elimination without pivoting: the left half is positive definite up to rounding.
  const std::size_t width = m + n;
  std::vector<double>& a = weighted_;
  a.assign(m * width, 0.0);
  for (std::size_t o = 0; o < m; ++o) {
    a[o * width + o] = 1.0;
    for (std::size_t p = 0; p < m && noise > 0.0; ++p) {
      double product = 0.0;
      for (std::size_t j = 0; j < k; ++j) product += from.c[o * k + j] * from.c[p * k + j];
      a[o * width + p] += noise * product;
    }
    std::copy_n(from.j0.data() + o * n, n, a.data() + o * width + m);
  }
  for (std::size_t c = 0; c < m; ++c) {
    const double pivot = a[c * width + c];
    if (!(pivot > 0.0)) return false;
    for (std::size_t q = c; q < width; ++q) a[c * width + q] /= pivot;
    for (std::size_t o = 0; o < m; ++o) {
      const double factor = a[o * width + c];
      if (o == c || factor == 0.0) continue;
      for (std::size_t q = c; q < width; ++q) a[o * width + q] -= factor * a[c * width + q];
    }
  }
  square_.n = square_.m = from.n;
  square_.k = from.k;
  square_.a = from.a;
  square_.b = from.b;
  square_.error_ab = from.error_ab;
  square_.neuron = from.neuron;
  square_.j0.assign(n * n, 0.0);
  square_.c.assign(n * k, 0.0);
  square_.error_jc.assign(n, 0.0);
  const double rounding = gamma(static_cast<double>(m + 4));
  for (std::size_t o = 0; o < m; ++o) {
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(from.j0[o * n + i]));
    for (std::size_t q = 0; q < k; ++q) largest = std::max(largest, std::abs(from.c[o * k + q]));
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = a[o * width + m + i];  // Z_io
      for (std::size_t q = 0; q < n; ++q) square_.j0[i * n + q] += factor * from.j0[o * n + q];
      for (std::size_t q = 0; q < k; ++q) square_.c[i * k + q] += factor * from.c[o * k + q];
      square_.error_jc[i] += (std::abs(factor) * (from.error_jc[o] + rounding * largest) + underflow) * slack;
    }
  }
  return true;
}

bool RankTest::run(const SlopeMatrices& matrices, const std::vector<int>& columns, int node_budget) {
  const SlopeMatrices* given = &matrices;
  if (!columns.empty()) {
    chosen_ = matrices;
    chosen_.n = static_cast<int>(columns.size());
    chosen_.a = pick(matrices.a, matrices.k, matrices.n, columns);
    chosen_.j0 = pick(matrices.j0, matrices.m, matrices.n, columns);
    given = &chosen_;
  }
  if (given->m <= given->n) return given->m == given->n && cube_.run(*given, node_budget).sign != 0;
  for (const double noise : {0.0, 1.0, 1e6}) {
    if (compress(*given, noise) && cube_.run(square_, node_budget).sign != 0) return true;
    if (given->k == 0) break;
  }
  return false;
}

}  // namespace foldproof
