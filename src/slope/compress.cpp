// Claim: what the cube test proves of the new matrices holds for Z J(s) restricted to the columns, Z a fixed matrix.
// Proof sketch: f difference = J0 d + C w; so Z (f difference) = (Z J0) d + (Z C) w, and d has its other entries 0. An
// entry sum_o Z_io E_o, where E_o is known up to error_o, is computed with an error of at most
// sum_o |Z_io| (error_o + gamma |E_o|).
#include "slope/compress.h"

#include <algorithm>
#include <cmath>

#include "number/rounding.h"

namespace foldproof {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

std::vector<double> chosen(const std::vector<double>& from, int rows, int width, const std::vector<int>& columns) {
  std::vector<double> result;
  for (int r = 0; r < rows; ++r) {
    for (const int c : columns) result.push_back(from[at(r) * at(width) + at(c)]);
  }
  return result;
}

}  // namespace

bool make_square(SlopeMatrices& matrices, const std::vector<int>& columns) {
  if (!columns.empty()) {
    matrices.a = chosen(matrices.a, matrices.k, matrices.n, columns);
    matrices.j0 = chosen(matrices.j0, matrices.m, matrices.n, columns);
    matrices.n = static_cast<int>(columns.size());
  }
  if (matrices.m <= matrices.n) return matrices.m == matrices.n;
  const std::size_t n = at(matrices.n);
  const std::size_t m = at(matrices.m);
  const std::size_t k = at(matrices.k);
  const std::vector<double> z = matrices.j0;  // its transpose
  std::vector<double> j0(n * n, 0.0), c(n * k, 0.0), error(n, 0.0);
  const double rounding = gamma(static_cast<double>(m + 4));
  for (std::size_t o = 0; o < m; ++o) {
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(z[o * n + i]));
    for (std::size_t q = 0; q < k; ++q) largest = std::max(largest, std::abs(matrices.c[o * k + q]));
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = z[o * n + i];
      for (std::size_t q = 0; q < n; ++q) j0[i * n + q] += factor * z[o * n + q];
      for (std::size_t q = 0; q < k; ++q) c[i * k + q] += factor * matrices.c[o * k + q];
      error[i] += (std::abs(factor) * (matrices.error_jc[o] + rounding * largest) + underflow) * slack;
    }
  }
  matrices.j0 = std::move(j0);
  matrices.c = std::move(c);
  matrices.error_jc = std::move(error);
  matrices.m = matrices.n;
  return true;
}

}  // namespace foldproof
