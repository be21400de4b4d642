// Cube tests: from slope matrices to one determinant sign for all slopes (MATHEMATICS 2).
//
// With s = 1/2 + t, |t_j| <= 1/2 and G = B - A J0^{-1} C, det J(s) = det J0 det(I - G diag(t)) (2.1).
//  1. determinant: sign det J0 from an approximate inverse Z = U^{-1} L^{-1} P of triangular factors: if
//     ||I - Z J0|| < 1 then Z J0 is connected to I through nonsingular matrices, so sign det J0 = sign det Z, and
//     the sign of det Z is that of the diagonals and of P.
//  2. perron: v > 0 with |G| v / 2 < v componentwise (2.2).
//  3. slopes: fix one t_j to -1/2 and to +1/2. det(I - G diag(t)) = (1 - t_j G_jj) det(I - G' diag(t')), with
//     G' = G + G_j t_j G^j / (1 - t_j G_jj); if both factors are positive and both remainders pass, the sign is one
//     on the whole cube, because the determinant is affine in t_j (1.3). A factor that is proved <= 0 proves
//     that the cube holds a singular matrix: the test is then over.
// All numbers are double with one proved bound `error` on every entry of G; every comparison is strict and adds
// the rounding of its own evaluation.
//
// What did not work: testing 2 x 2 principal minors before branching cost more than it saved. The scaled 2-norm
// ||D G D^{-1}||_2 < 2 (2.3) settles some cubes that Perron does not, but branching settles the same ones sooner: with
// and without it the searches test the same regions and pairs to one in a thousand, and without it they are faster.
#include "slope/cube_test.h"

#include <algorithm>
#include <cmath>

#include "number/rounding.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr int most_neurons = 512;  // a cube of more slopes is split before it is worth testing

// The larger of the two; NaN if either is.
double worse(double a, double b) { return a >= b || a != a ? a : b; }

double norm_inf(const double* a, std::size_t rows, std::size_t columns) {
  double result = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < columns; ++j) sum += std::abs(a[i * columns + j]);
    result = worse(result, sum);
  }
  return result * slack;
}

}  // namespace

// Z and the sign of det J0; false if the sign cannot be proved.
bool CubeTest::invert_centre(const SlopeMatrices& matrices) {
  const std::size_t n = at(n_);
  lu_.assign(matrices.j0.begin(), matrices.j0.end());
  pivot_.resize(n);
  for (std::size_t i = 0; i < n; ++i) pivot_[i] = static_cast<int>(i);
  int permutation_sign = 1;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t best = c;
    for (std::size_t i = c + 1; i < n; ++i) {
      if (std::abs(lu_[i * n + c]) > std::abs(lu_[best * n + c])) best = i;
    }
    if (!(std::abs(lu_[best * n + c]) > 0.0)) return false;
    if (best != c) {
      std::swap_ranges(lu_.data() + best * n, lu_.data() + best * n + n, lu_.data() + c * n);
      std::swap(pivot_[best], pivot_[c]);
      permutation_sign = -permutation_sign;
    }
    for (std::size_t i = c + 1; i < n; ++i) {
      lu_[i * n + c] /= lu_[c * n + c];
      for (std::size_t j = c + 1; j < n; ++j) lu_[i * n + j] -= lu_[i * n + c] * lu_[c * n + j];
    }
  }
  // Approximate inverses of the unit lower and of the upper factor, column by column.
  lower_inverse_.assign(n * n, 0.0);
  upper_inverse_.assign(n * n, 0.0);
  int diagonal_sign = 1;
  for (std::size_t j = 0; j < n; ++j) {
    lower_inverse_[j * n + j] = 1.0;
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = 0.0;
      for (std::size_t q = j; q < i; ++q) sum -= lu_[i * n + q] * lower_inverse_[q * n + j];
      lower_inverse_[i * n + j] = sum;
    }
    upper_inverse_[j * n + j] = 1.0 / lu_[j * n + j];
    if (upper_inverse_[j * n + j] == 0.0) return false;
    if (upper_inverse_[j * n + j] < 0.0) diagonal_sign = -diagonal_sign;
    for (std::size_t i = j; i-- > 0;) {
      double sum = 0.0;
      for (std::size_t q = i + 1; q <= j; ++q) sum -= lu_[i * n + q] * upper_inverse_[q * n + j];
      upper_inverse_[i * n + j] = sum / lu_[i * n + i];
    }
  }
  z_.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t q = i; q < n; ++q) {
      for (std::size_t j = 0; j <= q; ++j) {
        z_[i * n + at(pivot_[j])] += upper_inverse_[i * n + q] * lower_inverse_[q * n + j];
      }
    }
  }
  const double rounding = gamma(static_cast<double>(2 * n + 4));
  double entry_error = 0.0;
  for (const double e : matrices.error_jc) entry_error = worse(entry_error, e);
  const double j_norm = norm_inf(matrices.j0.data(), n, n) + static_cast<double>(n) * entry_error;
  const double z_norm = norm_inf(z_.data(), n, n);
  // The exact product of the triangular factors differs from z_ by at most this in norm.
  const double product_error =
      rounding * norm_inf(upper_inverse_.data(), n, n) * norm_inf(lower_inverse_.data(), n, n) + underflow;
  double defect = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      double entry = i == j ? -1.0 : 0.0;
      for (std::size_t q = 0; q < n; ++q) entry += z_[i * n + q] * matrices.j0[q * n + j];
      sum += std::abs(entry);
    }
    defect = worse(defect, sum);
  }
  residual_ = (defect + rounding * (1.0 + z_norm * j_norm) + z_norm * static_cast<double>(n) * entry_error +
               product_error * j_norm) *
                  slack +
              underflow;
  if (!(residual_ < 0.5)) return false;
  sign_ = permutation_sign * diagonal_sign;
  return true;
}

// G and a bound on the error of its entries.
void CubeTest::build_g(const SlopeMatrices& matrices) {
  const std::size_t n = at(n_);
  const std::size_t k = at(matrices.k);
  t_.assign(n * k, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t q = 0; q < n; ++q) {
      const double factor = z_[i * n + q];
      for (std::size_t j = 0; j < k; ++j) t_[i * k + j] += factor * matrices.c[q * k + j];
    }
  }
  if (g_.empty()) g_.resize(1);
  g_[0].assign(matrices.b.begin(), matrices.b.end());
  double b_largest = 0.0, a_largest = 0.0, t_largest = 0.0, c_largest = 0.0;
  for (const double x : matrices.b) b_largest = worse(b_largest, std::abs(x));
  for (const double x : matrices.a) a_largest = worse(a_largest, std::abs(x));
  for (const double x : matrices.c) c_largest = worse(c_largest, std::abs(x));
  for (const double x : t_) t_largest = worse(t_largest, std::abs(x));
  double ab_error = 0.0, jc_error = 0.0;
  for (const double e : matrices.error_ab) ab_error = worse(ab_error, e);
  for (const double e : matrices.error_jc) jc_error = worse(jc_error, e);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t q = 0; q < n; ++q) {
      const double factor = matrices.a[i * n + q];
      for (std::size_t j = 0; j < k; ++j) g_[0][i * k + j] -= factor * t_[q * k + j];
    }
  }
  const double count = static_cast<double>(n_);
  const double rounding = gamma(2.0 * count + 8.0);
  const double z_norm = norm_inf(z_.data(), n, n);
  // |J0^{-1} C - T| <= residual / (1 - residual) max |Z C| + rounding of Z C + ||Z|| error of C
  const double zc_error = rounding * z_norm * c_largest + z_norm * jc_error + underflow;
  const double t_error = zc_error + residual_ / (1.0 - residual_) * slack * (t_largest + zc_error);
  g_error_ = (ab_error + count * (a_largest * t_error + ab_error * (t_largest + t_error)) +
              rounding * (b_largest + count * a_largest * t_largest)) *
                 slack +
             underflow;
  g_largest_ = (b_largest + count * a_largest * t_largest) * slack;
}

// Some v > 0 with (|G| + error) v / 2 < v, by power iteration; `ratio` estimates the spectral radius of |G| / 2.
bool CubeTest::perron(const double* g, int k, double error, double* v, double& ratio) const {
  const std::size_t size = at(k);
  double y_store[most_neurons];
  for (int iteration = 0; iteration < 12; ++iteration) {
    double v_sum = 0.0;
    for (std::size_t i = 0; i < size; ++i) v_sum += v[i];
    double worst = 0.0;
    double least = std::numeric_limits<double>::infinity();
    double y_sum = 0.0;
    bool all = true;
    for (std::size_t i = 0; i < size; ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < size; ++j) sum += std::abs(g[i * size + j]) * v[j];
      const double y = 0.5 * (sum + error * v_sum) * slack * (1.0 + margin_);
      if (!(y < v[i])) all = false;
      worst = std::max(worst, y / v[i]);
      least = std::min(least, y / v[i]);
      y_store[i] = y;
      y_sum += y;
    }
    ratio = worst;
    if (all) return true;
    if (!(least < 1.0) || !std::isfinite(y_sum) || !(y_sum > 0.0)) return false;
    // A little of the old vector keeps v positive and damps cycles of reducible or periodic |G|.
    const double scale = static_cast<double>(k) / y_sum;
    for (std::size_t i = 0; i < size; ++i) v[i] = 0.9 * scale * y_store[i] + 0.1 * v[i] + 1e-9;
  }
  return false;
}

bool CubeTest::branch(int k, int depth, double error, double largest) {
  if (++nodes_ > budget_) return false;
  const std::size_t size = at(k);
  std::vector<double>& g = g_[at(depth)];
  std::vector<double>& v = v_[at(depth)];
  double ratio = 0.0;
  if (depth > 0 && perron(g.data(), k, error, v.data(), ratio)) return true;
  if (k <= 1) {
    // One neuron left: |G_11| < 2 decides, without the slack that Perron's sums need.
    if (k == 1 && 0.5 * (std::abs(g[0]) + error) * (1.0 + 0x1p-50) * (1.0 + margin_) < 1.0) return true;
    refuted_ = refuted_ || (k == 1 && 0.5 * (std::abs(g[0]) - error) >= 1.0);
    return false;
  }
  // Branch where the product of row influence and column influence is largest.
  std::size_t j = 0;
  double best = -1.0;
  for (std::size_t q = 0; q < size; ++q) {
    double column = 0.0;
    for (std::size_t i = 0; i < size; ++i) column += std::abs(g[i * size + q]) / v[i];
    const double score = column * v[q];
    if (score > best) {
      best = score;
      j = q;
    }
  }
  const double g_jj = g[j * size + j];
  if (0.5 * (std::abs(g_jj) - error) >= 1.0) {
    refuted_ = true;
    return false;
  }
  double row_largest = 0.0, column_largest = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    row_largest = std::max(row_largest, std::abs(g[j * size + i]));
    column_largest = std::max(column_largest, std::abs(g[i * size + j]));
  }
  // The sign of the slope more likely to fail first, so that hopeless cubes end early.
  for (const double t : {g_jj > 0.0 ? 0.5 : -0.5, g_jj > 0.0 ? -0.5 : 0.5}) {
    const double factor = 1.0 - t * g_jj;
    const double factor_low = factor - 0.5 * error - gamma(8) * (1.0 + std::abs(g_jj));
    if (!(factor_low > 0.0)) return false;
    std::vector<double>& child = g_[at(depth + 1)];
    std::vector<double>& child_v = v_[at(depth + 1)];
    child.resize((size - 1) * (size - 1));
    child_v.resize(size - 1);
    const double scale = t / factor;
    std::size_t row = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (i == j) continue;
      const double multiplier = g[i * size + j] * scale;
      double* const target = child.data() + row * (size - 1);
      const double* const source = g.data() + i * size;
      const double* const pivot = g.data() + j * size;
      for (std::size_t q = 0; q < j; ++q) target[q] = source[q] + multiplier * pivot[q];
      for (std::size_t q = j + 1; q < size; ++q) target[q - 1] = source[q] + multiplier * pivot[q];
      child_v[row] = v[i];
      ++row;
    }
    const double change = 0.5 * row_largest * column_largest / factor;
    const double change_high = 0.5 * (row_largest + error) * (column_largest + error) / factor_low;
    const double child_error =
        (error + (change_high - change) + gamma(32) * (largest + change_high)) * slack + underflow;
    if (!branch(k - 1, depth + 1, child_error, (largest + change_high) * slack)) return false;
  }
  return true;
}

CubeResult CubeTest::run(const SlopeMatrices& matrices, int node_budget) {
  CubeResult result;
  n_ = matrices.n;
  nodes_ = 0;
  budget_ = node_budget;
  refuted_ = false;
  influence_.assign(at(matrices.k), 1.0);
  if (!invert_centre(matrices)) return result;
  if (matrices.k == 0) {
    result.sign = sign_;
    result.test = "determinant";
    return result;
  }
  build_g(matrices);
  if (!std::isfinite(g_error_) || !std::isfinite(g_largest_) || matrices.k > most_neurons) return result;
  if (v_.empty()) v_.resize(1);
  v_[0].assign(at(matrices.k), 1.0);
  double ratio = 0.0;
  if (perron(g_[0].data(), matrices.k, g_error_, v_[0].data(), ratio)) {
    result.sign = sign_;
    result.test = "perron";
    return result;
  }
  influence_ = v_[0];
  if (!(ratio < 4.0)) return result;
  if (g_.size() < at(matrices.k) + 1) {  // branch() keeps references into both
    g_.resize(at(matrices.k) + 1);
    v_.resize(at(matrices.k) + 1);
  }
  if (branch(matrices.k, 0, g_error_, g_largest_)) {
    result.sign = sign_;
    result.test = "slopes";
  }
  result.refuted = refuted_;
  result.nodes = nodes_;
  return result;
}

}  // namespace foldproof
