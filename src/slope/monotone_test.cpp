// Claim: run() returns true only if sym(M J(s)) is positive definite for all slopes.
// Proof sketch (MATHEMATICS 5.2): with delta = A d + B w and |w_j| <= |delta_j| / 2, for every tau > 0
//     d^T M J d = d^T M J0 d + d^T M C w >= d^T M J0 d + d^T M C w + sum_j tau_j (w_j^2 - delta_j^2 / 4),
// a quadratic form in (d, w); if it is positive definite (verified Cholesky), so is sym(M J). Entries carry the errors
// of the slope matrices and of forming the quadratic form; their sum in the Frobenius norm is the Cholesky's margin.
// Start: tau_j^2 = (u^T S^{-1} u) / (v^T S^{-1} v), S = sym(M J0), u column j of M C, v row j of A: exact for one
// neuron. Branching: d^T M J(s) d is affine in s_j, so s_j = 0 and s_j = 1 suffice (1.3), with no condition on signs.
#include "slope/monotone_test.h"

#include <algorithm>
#include <cmath>

#include "number/rounding.h"
#include "number/scalar.h"
#include "slope/definite.h"

namespace foldproof {

namespace {

double largest(const std::vector<double>& v) {
  double result = 0.0;
  for (const double x : v) result = std::max(result, std::abs(x));
  return result;
}

// Inverse of a small symmetric positive definite matrix by Gauss-Jordan; false if a pivot fails.
bool invert(const std::vector<double>& a, std::size_t n, std::vector<double>& inverse) {
  std::vector<double> work = a;
  inverse.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1.0;
  for (std::size_t c = 0; c < n; ++c) {
    const double pivot = work[c * n + c];
    if (!(pivot > 0.0)) return false;
    for (std::size_t j = 0; j < n; ++j) {
      work[c * n + j] /= pivot;
      inverse[c * n + j] /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (i == c) continue;
      const double factor = work[i * n + c];
      for (std::size_t j = 0; j < n; ++j) {
        work[i * n + j] -= factor * work[c * n + j];
        inverse[i * n + j] -= factor * inverse[c * n + j];
      }
    }
  }
  return true;
}

// The matrices with undecided neuron j fixed at the lower (t = -1/2) or upper (t = +1/2) end of its range:
// w_j = t delta_j is substituted into everything downstream of j.
void fix_slope(const SlopeMatrices& from, std::size_t j, double t, SlopeMatrices& to) {
  const std::size_t n = at(from.n);
  const std::size_t m = at(from.m);
  const std::size_t k = at(from.k);
  to.n = from.n;
  to.m = from.m;
  to.k = from.k - 1;
  to.a.clear();
  to.b.clear();
  to.c.clear();
  to.error_ab.clear();
  to.neuron.clear();
  to.j0 = from.j0;
  to.error_jc = from.error_jc;
  double size = 1.0;
  for (std::size_t i = 0; i < n; ++i) size = std::max(size, std::abs(from.a[j * n + i]));
  for (std::size_t q = 0; q < k; ++q) size = std::max(size, std::abs(from.b[j * k + q]));
  const auto grow = [&](double error, double factor) {
    return (error +
            std::abs(t) *
                (std::abs(factor) * (from.error_ab[j] + gamma(8) * size) + error * (size + from.error_ab[j])) +
            gamma(8) * size * std::abs(factor)) *
               slack +
           underflow;
  };
  for (std::size_t r = 0; r < k; ++r) {
    if (r == j) continue;
    const double factor = t * from.b[r * k + j];
    double row_size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      to.a.push_back(from.a[r * n + i] + factor * from.a[j * n + i]);
      row_size = std::max(row_size, std::abs(to.a.back()));
    }
    for (std::size_t q = 0; q < k; ++q) {
      if (q == j) continue;
      to.b.push_back(from.b[r * k + q] + factor * from.b[j * k + q]);
      row_size = std::max(row_size, std::abs(to.b.back()));
    }
    to.error_ab.push_back(grow(from.error_ab[r], from.b[r * k + j]) + gamma(4) * row_size);
    to.neuron.push_back(from.neuron[r]);
  }
  for (std::size_t o = 0; o < m; ++o) {
    const double factor = t * from.c[o * k + j];
    double row_size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      to.j0[o * n + i] += factor * from.a[j * n + i];
      row_size = std::max(row_size, std::abs(to.j0[o * n + i]));
    }
    for (std::size_t q = 0; q < k; ++q) {
      if (q == j) continue;
      to.c.push_back(from.c[o * k + q] + factor * from.b[j * k + q]);
      row_size = std::max(row_size, std::abs(to.c.back()));
    }
    to.error_jc[o] = grow(from.error_jc[o], from.c[o * k + j]) + gamma(4) * row_size;
  }
}

}  // namespace

bool MonotoneTest::relaxation(const SlopeMatrices& matrices) {
  const std::size_t n = at(matrices.n);
  const std::size_t m = at(matrices.m);
  const std::size_t k = at(matrices.k);
  influence_.assign(k, 1.0);
  // S = sym(M J0) and M C.
  s_.assign(n * n, 0.0);
  mc_.assign(n * k, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t o = 0; o < m; ++o) {
      const double factor = m_[i * m + o];
      for (std::size_t j = 0; j < n; ++j) {
        s_[i * n + j] += 0.5 * factor * matrices.j0[o * n + j];
        s_[j * n + i] += 0.5 * factor * matrices.j0[o * n + j];
      }
      for (std::size_t q = 0; q < k; ++q) mc_[i * k + q] += factor * matrices.c[o * k + q];
    }
  }
  centre_fails_ = !invert(s_, n, inverse_);
  if (centre_fails_) return false;
  tau_.resize(k);
  for (std::size_t q = 0; q < k; ++q) {
    double u = 0.0;
    double v = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        u += mc_[i * k + q] * inverse_[i * n + j] * mc_[j * k + q];
        v += matrices.a[q * n + i] * inverse_[i * n + j] * matrices.a[q * n + j];
      }
    }
    influence_[q] = std::sqrt(std::max(0.0, u * v));
    tau_[q] = std::sqrt(std::max(u, 1e-30) / std::max(v, 1e-30));
  }
  // The quadratic form in (d, w).
  const std::size_t size = n + k;
  form_.assign(size * size, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) form_[i * size + j] = s_[i * n + j];
  }
  for (std::size_t q = 0; q < k; ++q) {
    for (std::size_t i = 0; i < n; ++i) form_[(n + q) * size + i] = 0.5 * mc_[i * k + q];
    form_[(n + q) * size + n + q] = tau_[q];
  }
  double delta_squares = 0.0;  // sum of tau_j |row j of [A B]|^2 / 4, bounds what is subtracted in Frobenius norm
  double delta_error = 0.0;
  block_.resize(size);
  for (std::size_t r = 0; r < k; ++r) {
    std::copy(matrices.a.data() + r * n, matrices.a.data() + r * n + n, block_.begin());
    std::copy(matrices.b.begin() + static_cast<std::ptrdiff_t>(r * k),
              matrices.b.begin() + static_cast<std::ptrdiff_t>(r * k + r),
              block_.begin() + static_cast<std::ptrdiff_t>(n));
    const double weight = 0.25 * tau_[r];
    const std::size_t length = n + r;  // row r of B ends before its own column
    double squares = 0.0;
    for (std::size_t i = 0; i < length; ++i) {
      if (block_[i] == 0.0) continue;
      squares += block_[i] * block_[i];
      const double factor = weight * block_[i];
      for (std::size_t j = 0; j <= i; ++j) form_[i * size + j] -= factor * block_[j];
    }
    const double error = matrices.error_ab[r] * std::sqrt(static_cast<double>(size));
    delta_squares += weight * squares;
    delta_error += weight * error * (2.0 * std::sqrt(squares) + error);
  }
  // ||perturbation||_F: errors of J0 and C through M, of A and B through the squares, and all rounding.
  double m_norm = 0.0;
  for (const double x : m_) m_norm += x * x;
  m_norm = std::sqrt(m_norm) * slack;
  double jc_error = 0.0;
  for (const double e : matrices.error_jc) jc_error += e * e;
  jc_error = std::sqrt(jc_error * static_cast<double>(size)) * slack;
  const double jc_size = (largest(matrices.j0) + largest(matrices.c)) * static_cast<double>(size);
  double tau_sum = 0.0;
  for (const double t : tau_) tau_sum += t;
  const double margin = (m_norm * jc_error + delta_error +
                         gamma(static_cast<double>(2 * size + k) + 16.0) *
                             (m_norm * jc_size * static_cast<double>(n) + 4.0 * delta_squares + tau_sum) +
                         margin_ * (m_norm * jc_size + tau_sum)) *
                            slack +
                        0x1p-900;
  return verified_positive_definite(form_.data(), static_cast<int>(size), margin);
}

bool MonotoneTest::branch(const SlopeMatrices& matrices, std::size_t depth) {
  if (++nodes_ > budget_) return false;
  const bool proved = relaxation(matrices);
  if (depth == 0) {
    root_influence_ = influence_;
    root_centre_fails_ = centre_fails_;
  }
  if (proved) return true;
  if (centre_fails_ || matrices.k == 0) return false;
  const std::size_t j =
      static_cast<std::size_t>(std::max_element(influence_.begin(), influence_.end()) - influence_.begin());
  for (const double t : {-0.5, 0.5}) {
    fix_slope(matrices, j, t, stack_[depth]);
    if (!branch(stack_[depth], depth + 1)) return false;
  }
  return true;
}

bool MonotoneTest::run(const SlopeMatrices& matrices, int node_budget) {
  nodes_ = 0;
  budget_ = node_budget;
  if (stack_.size() < at(node_budget) + 1) stack_.resize(at(node_budget) + 1);
  const bool proved = branch(matrices, 0);
  influence_ = root_influence_;
  centre_fails_ = root_centre_fails_;
  return proved;
}

}  // namespace foldproof
