// Claim: if the floating-point Cholesky factorisation of A - c I runs to its end, with
// c >= margin + gamma(size + 2) / (1 - gamma(size + 2)) * trace(A) + underflow, then lambda_min(A) > margin.
// Proof sketch: the computed factor R satisfies R^T R = A - c I + E with |E| <= gamma |R^T| |R|, whose 2-norm is
// at most gamma / (1 - gamma) * trace (Rump, Verification of positive definiteness, BIT 2006, Lemma 2.3). R^T R is
// semidefinite, so lambda_min(A) >= c - ||E|| > margin.
#include "slope/definite.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "number/rounding.h"

namespace foldproof {

bool verified_positive_definite(double* a, int size, double margin) {
  const auto n = static_cast<std::size_t>(size);
  double trace = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(a[i * n + i] > 0.0)) return false;
    trace += a[i * n + i];
  }
  const double rounding = gamma(static_cast<double>(size) + 8.0);
  const double shift = (margin + 2.0 * rounding * trace) * slack + 0x1p-900;
  for (std::size_t i = 0; i < n; ++i) a[i * n + i] -= shift;
  for (std::size_t j = 0; j < n; ++j) {
    double* const row_j = a + j * n;
    double diagonal = row_j[j];
    for (std::size_t q = 0; q < j; ++q) diagonal -= row_j[q] * row_j[q];
    if (!(diagonal > 0.0) || !std::isfinite(diagonal)) return false;
    const double root = std::sqrt(diagonal);
    row_j[j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double* const row_i = a + i * n;
      double sum = row_i[j];
      for (std::size_t q = 0; q < j; ++q) sum -= row_i[q] * row_j[q];
      row_i[j] = sum / root;
    }
  }
  return true;
}

}  // namespace foldproof
