// Cube test. Slopes are centre + t, |t_j| <= 1/2 (widths are in C and B), J(s) = J0 + C diag(t) (I - B diag(t))^{-1} A.
//  - Gauss-Jordan in intervals gives the sign of det J0 and encloses J0^{-1} C. Then
//    det J(s) = det J0 det(I - G diag(t)), G = B - A J0^{-1} C (Sylvester).
//  - perron: v > 0 and |G| v / 2 < v: the spectral radius of G diag(t) is below 1 (Collatz-Wielandt), so no det
//  vanishes.
//  - branch: det J(s) is affine in each slope, so one sign at both ends of a slope's range is one sign between.
// Full column rank for m > n: Z J(s) is square for a fixed Z; if it is nonsingular, J(s) d = 0 only for d = 0. Z is the
// transpose of J0, or that after (I + c C C^T)^{-1}.
// Monotone test. w_j = t_j delta_j gives tau_j (w_j^2 - delta_j^2 / 4) <= 0 for tau_j > 0, so
//    d^T M J d = d^T M J0 d + d^T M C w >= that + sum_j tau_j (w_j^2 - delta_j^2 / 4), a quadratic form in (d, w).
//  - branch: d^T M J d is affine in each slope.
// What is computed in passing (v, tau, pivots, the order of branching) proves nothing; only the verified conditions do.
#include "tests.h"

namespace foldproof_check {

namespace {

constexpr int most_nodes = 1000;  // of branching

/// Gauss-Jordan on the left square of `a`: its right part becomes left^{-1} right, for every matrix in `a`. Returns the
/// sign of the determinant of the left, 0 if elimination cannot tell.
int eliminate(Matrix& a) {
  int sign = 1;
  for (int c = 0; c < a.rows; ++c) {
    int best = c;
    for (int i = c + 1; i < a.rows; ++i) {
      if (std::abs(middle(a[i][c])) > std::abs(middle(a[best][c]))) best = i;
    }
    if (best != c) std::swap_ranges(a[c], a[c] + a.columns, a[best]);
    const Interval pivot = a[c][c];
    if (!(pivot.up < 0.0) && !(pivot.neg < 0.0)) return 0;
    if ((pivot.up < 0.0) != (best != c)) sign = -sign;
    for (int j = c; j < a.columns; ++j) a[c][j] = a[c][j] * reciprocal(pivot);
    for (int i = 0; i < a.rows; ++i) {
      if (i != c) add(a[i] + c + 1, -a[i][c], a[c] + c + 1, a.columns - c - 1);
    }
  }
  return sign;
}

/// The slopes with that of neuron j at the end t = +-1/2 of its range: w_j = t delta_j is substituted.
Slopes fixed(const Slopes& from, int j, double t) {
  const int columns = from.n + from.k;
  Slopes to{from.n, from.m, from.k - 1, Matrix(from.k - 1, columns - 1), Matrix(from.m, columns - 1)};
  std::vector<Interval> row(at(columns));
  const auto substitute = [&](const Interval* source, Interval* target) {
    std::copy(source, source + columns, row.begin());
    add(row.data(), t * source[from.n + j], from.ab[j], columns);
    std::copy(row.begin(), row.begin() + from.n + j, target);
    std::copy(row.begin() + from.n + j + 1, row.end(), target + from.n + j);
  };
  for (int r = 0; r < to.k; ++r) substitute(from.ab[r < j ? r : r + 1], to.ab[r]);
  for (int o = 0; o < from.m; ++o) substitute(from.jc[o], to.jc[o]);
  return to;
}

bool perron(const Matrix& g, Vector& v, double& ratio) {
  const std::size_t k = v.size();
  Vector h(k * k), y(k);
  for (std::size_t e = 0; e < k * k; ++e) h[e] = size(g.entries[e]);
  for (int iteration = 0; iteration < 30; ++iteration) {
    bool all = true;
    double sum = 0.0, least = std::numeric_limits<double>::infinity();
    ratio = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
      double row = 0.0;
      for (std::size_t j = 0; j < k; ++j) row += h[i * k + j] * v[j];
      y[i] = 0.5 * row;
      all = all && y[i] < v[i];
      ratio = larger(ratio, y[i] / v[i]);
      least = std::min(least, y[i] / v[i]);
      sum += y[i];
    }
    if (all) return true;
    if (!(least < 1.0) || !(sum > 0.0) || !std::isfinite(sum)) return false;
    for (std::size_t i = 0; i < k; ++i) v[i] = 0.9 * static_cast<double>(k) / sum * y[i] + 0.1 * v[i] + 1e-9;
  }
  return false;
}

int cube_branch(const Slopes& s, Vector v, int& nodes) {
  if (++nodes > most_nodes) return 0;
  const int n = s.n, k = s.k;
  Matrix t = s.jc;  // its right part becomes J0^{-1} C
  const int sign = eliminate(t);
  if (sign == 0 || k == 0) return sign;
  Matrix g(k, k);
  for (int i = 0; i < k; ++i) {
    std::copy(s.ab[i] + n, s.ab[i] + n + k, g[i]);
    for (int q = 0; q < n; ++q) add(g[i], -s.ab[i][q], t[q] + n, k);
  }
  double ratio = 0.0;
  if (perron(g, v, ratio)) return sign;
  if (nodes == 1 && !(ratio < 8.0)) return 0;
  // Branch where the influence of row and column is largest.
  int best = 0;
  double most = -1.0;
  for (int j = 0; j < k; ++j) {
    double column = 0.0;
    for (int i = 0; i < k; ++i) column += size(g[i][j]) / v[at(i)];
    if (column * v[at(j)] > most) most = column * v[at(j)], best = j;
  }
  v.erase(v.begin() + best);
  const double first = g[best][best].up > g[best][best].neg ? 0.5 : -0.5;  // where the determinant is smaller
  for (const double end : {first, -first}) {
    if (cube_branch(fixed(s, best, end), v, nodes) != sign) return 0;
  }
  return sign;
}

bool monotone_branch(const Vector& m, const Slopes& s, int& nodes) {
  if (++nodes > most_nodes) return false;
  const int n = s.n, k = s.k;
  Matrix mj(n, n + k), centre(n, 2 * n), form(n + k, n + k);  // [M J0, M C]; [sym(M J0), I]; in (d, w), lower triangle
  for (int i = 0; i < n; ++i) {
    for (int o = 0; o < s.m; ++o) add(mj[i], m[at(i) * at(s.m) + at(o)], s.jc[o], n + k);
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) centre[i][j] = 0.5 * mj[i][j] + 0.5 * mj[j][i];
    centre[i][n + i] = point(1.0);
    std::copy(centre[i], centre[i] + i + 1, form[i]);
  }
  if (!positive_definite(centre) || eliminate(centre) == 0) return false;
  Vector influence(at(k)), tau(at(k));
  for (int q = 0; q < k; ++q) {
    double u = 0.0, v = 0.0;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        u += middle(mj[i][n + q]) * middle(centre[i][n + j]) * middle(mj[j][n + q]);
        v += middle(s.ab[q][i]) * middle(centre[i][n + j]) * middle(s.ab[q][j]);
      }
      form[n + q][i] = 0.5 * mj[i][n + q];
    }
    influence[at(q)] = std::sqrt(std::max(0.0, u * v));
    tau[at(q)] = std::sqrt(std::max(u, 1e-30) / std::max(v, 1e-30));
  }
  // Two ways to choose tau: as if each neuron were alone, and with what later neurons take from it added.
  for (const bool alone : {true, false}) {
    for (int q = k; !alone && q-- > 0;) {
      for (int r = q + 1; r < k; ++r) tau[at(q)] += 0.25 * tau[at(r)] * size(s.ab[r][n + q]) * size(s.ab[r][n + q]);
    }
    Matrix whole = form;
    for (int q = 0; q < k; ++q) {
      const double quarter = 0.25 * tau[at(q)];  // exactly
      whole[n + q][n + q] = whole[n + q][n + q] + point(tau[at(q)]);
      for (int i = 0; i < n + q; ++i) {  // minus tau / 4 of the square of row q of [A B]
        if (size(s.ab[q][i]) != 0.0) add(whole[i], -(quarter * s.ab[q][i]), s.ab[q], i + 1);
      }
    }
    if (positive_definite(std::move(whole))) return true;
  }
  if (k == 0) return false;
  const int j = static_cast<int>(std::max_element(influence.begin(), influence.end()) - influence.begin());
  return monotone_branch(m, fixed(s, j, -0.5), nodes) && monotone_branch(m, fixed(s, j, 0.5), nodes);
}

}  // namespace

// All pivots of symmetric elimination are positive.
bool positive_definite(Matrix a) {
  std::vector<Interval> column(at(a.rows));
  for (int c = 0; c < a.rows; ++c) {
    if (!(a[c][c].neg < 0.0)) return false;
    for (int i = c + 1; i < a.rows; ++i) {
      column[at(i)] = a[i][c];
      add(a[i] + c + 1, -(a[i][c] * reciprocal(a[c][c])), column.data() + c + 1, i - c);
    }
  }
  return true;
}

int cube_sign(const Slopes& slopes) {
  int nodes = 0;
  return cube_branch(slopes, Vector(at(slopes.k), 1.0), nodes);
}

Slopes columns_of(const Slopes& slopes, const std::vector<int>& columns) {
  const int n = static_cast<int>(columns.size());
  Slopes result{n, slopes.m, slopes.k, Matrix(slopes.k, n + slopes.k), Matrix(slopes.m, n + slopes.k)};
  for (const auto& [from, to] : {std::pair(&slopes.ab, &result.ab), std::pair(&slopes.jc, &result.jc)}) {
    for (int r = 0; r < from->rows; ++r) {
      for (int i = 0; i < n; ++i) (*to)[r][i] = (*from)[r][columns[at(i)]];
      std::copy((*from)[r] + slopes.n, (*from)[r] + slopes.n + slopes.k, (*to)[r] + n);
    }
  }
  return result;
}

bool full_rank(const Slopes& slopes) {
  if (slopes.n == 0) return true;
  const int n = slopes.n, columns = n + slopes.k;
  if (slopes.m <= n) return slopes.m == n && cube_sign(slopes) != 0;
  Matrix weighted(slopes.m, slopes.m + n);  // [I + c C C^T, J0]: what the undecided slopes blur counts less
  for (const double noise : {0.0, 1.0, 1e6}) {
    Slopes square{n, n, slopes.k, slopes.ab, Matrix(n, columns)};
    for (int o = 0; o < slopes.m; ++o) {
      for (int p = 0; p < slopes.m; ++p) {
        double product = o == p ? 1.0 : 0.0;
        for (int j = n; j < columns; ++j) product += noise * middle(slopes.jc[o][j]) * middle(slopes.jc[p][j]);
        weighted[o][p] = point(product);
      }
      for (int i = 0; i < n; ++i) weighted[o][slopes.m + i] = point(middle(slopes.jc[o][i]));
    }
    if (eliminate(weighted) == 0) continue;
    for (int i = 0; i < n; ++i) {
      for (int o = 0; o < slopes.m; ++o) add(square.jc[i], middle(weighted[o][slopes.m + i]), slopes.jc[o], columns);
    }
    if (cube_sign(square) != 0) return true;
  }
  return false;
}

bool monotone(const Vector& preconditioner, const Slopes& slopes) {
  int nodes = 0;
  return monotone_branch(preconditioner, slopes, nodes);
}

}  // namespace foldproof_check
