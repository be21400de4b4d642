// Cube test. Slopes are centre + t, |t_j| <= 1/2 (widths are in C and B), J(s) = J0 + C diag(t) (I - B diag(t))^{-1} A.
//  - An approximate inverse Z of J0 with ||I - Z J0|| = e < 1 shows that J0 is nonsingular, and J0^{-1} C = Z C + E',
//    |E'_ij| <= e / (1 - e) max_i |(Z C)_ij|. Then det J(s) = det J0 det(I - G diag(t)), G = B - A J0^{-1} C (Sylvester).
//  - perron: v > 0 and |G| v / 2 < v: the spectral radius of G diag(t) is below 1 (Collatz-Wielandt).
//  - norm: ||D G D^{-1}||_2 < 2 does the same, shown by 4 I - H^T H > 0, H = D G D^{-1}.
//  - branch: det(I - G diag(t)) is affine in t_j and equals (1 - t_j G_jj) det(I - G' diag(t')) with
//    G' = G + G_j t_j G^j / (1 - t_j G_jj); so both ends of t_j suffice if all factors are positive.
// Monotone test. w_j = t_j delta_j gives tau_j (w_j^2 - delta_j^2 / 4) <= 0 for tau_j > 0, so
//    d^T M J d = d^T M J0 d + d^T M C w >= that + sum_j tau_j (w_j^2 - delta_j^2 / 4), a quadratic form in (d, w).
//    d^T M J d is affine in each t_j, so both ends of one t_j suffice.
// What is computed in passing (Z, v, D, tau, the order of branching) proves nothing; only the verified conditions do.
#include "tests.h"

namespace foldproof_check {

namespace {

constexpr int most_nodes = 1000;

struct Interval {
  double neg, up;
};

Interval product(Interval a, Interval b) {
  return {larger(larger(a.neg * b.up, a.up * b.neg), larger((-a.neg) * b.neg, (-a.up) * b.up)),
          larger(larger(a.neg * b.neg, a.up * b.up), larger((-a.neg) * b.up, (-a.up) * b.neg))};
}

Interval reciprocal(Interval a) {  // @pre 0 is not in a
  return {-1.0 / a.up, -1.0 / a.neg};
}

Interval at_entry(const Matrix& a, int i, int j) { return {a.neg[a.index(i, j)], a.up[a.index(i, j)]}; }

/// row += [factor] * source row, for an interval factor.
void add_interval(Matrix& target, int row, Interval factor, const Matrix& source, int from, int count) {
  add_scaled(target, row, factor.up, source, from, count);
  target.widen(row, count, (factor.up + factor.neg) * source.row_size(from, count));
}

/// Sign of the determinant of every matrix in a; 0 if elimination cannot tell.
int sign_of_determinant(Matrix a) {
  int sign = 1;
  for (int c = 0; c < a.columns; ++c) {
    int best = c;
    for (int i = c + 1; i < a.rows; ++i) {
      if (std::abs(a.middle(i, c)) > std::abs(a.middle(best, c))) best = i;
    }
    if (best != c) {
      sign = -sign;
      for (int j = 0; j < a.columns; ++j) {
        std::swap(a.neg[a.index(best, j)], a.neg[a.index(c, j)]);
        std::swap(a.up[a.index(best, j)], a.up[a.index(c, j)]);
      }
    }
    const Interval pivot = at_entry(a, c, c);
    if (pivot.up < 0.0) {
      sign = -sign;
    } else if (!(pivot.neg < 0.0)) {
      return 0;
    }
    for (int i = c + 1; i < a.rows; ++i) {
      const Interval factor = product(at_entry(a, i, c), reciprocal(pivot));
      for (int j = c + 1; j < a.columns; ++j) {
        const Interval part = product(factor, at_entry(a, c, j));
        a.up[a.index(i, j)] += part.neg;  // minus the product
        a.neg[a.index(i, j)] += part.up;
      }
    }
  }
  return sign;
}

/// Approximate inverse of the middle of the leading columns; false if there is none.
bool invert(const Matrix& a, int n, Vector& z) {
  Vector work(at(n) * at(n));
  z.assign(at(n) * at(n), 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) work[at(i * n + j)] = a.middle(i, j);
    z[at(i * n + i)] = 1.0;
  }
  for (int c = 0; c < n; ++c) {
    int best = c;
    for (int i = c + 1; i < n; ++i) {
      if (std::abs(work[at(i * n + c)]) > std::abs(work[at(best * n + c)])) best = i;
    }
    const double pivot = work[at(best * n + c)];
    if (!(std::abs(pivot) > 0.0)) return false;
    for (int j = 0; j < n; ++j) {
      std::swap(work[at(best * n + j)], work[at(c * n + j)]);
      std::swap(z[at(best * n + j)], z[at(c * n + j)]);
      work[at(c * n + j)] /= pivot;
      z[at(c * n + j)] /= pivot;
    }
    for (int i = 0; i < n; ++i) {
      const double factor = work[at(i * n + c)];
      if (i == c || factor == 0.0) continue;
      for (int j = 0; j < n; ++j) {
        work[at(i * n + j)] -= factor * work[at(c * n + j)];
        z[at(i * n + j)] -= factor * z[at(c * n + j)];
      }
    }
  }
  return true;
}

// I - G diag(t) for |t| <= 1/2: its determinant is positive?
class Cube {
 public:
  bool positive(const Matrix& g, Vector v) {
    if (++nodes_ > most_nodes) return false;
    const int k = g.rows;
    if (k == 0) return true;
    double ratio = 0.0;
    if (perron(g, v, ratio)) return true;
    if (k == 1 || (nodes_ == 1 && !(ratio < 8.0))) return false;
    if (nodes_ == 1 && ratio < 3.0 && k <= 64 && norm(g, v)) return true;
    // Branch where the influence of row and column is largest.
    int best = 0;
    double most = -1.0;
    for (int j = 0; j < k; ++j) {
      double column = 0.0;
      for (int i = 0; i < k; ++i) column += g.magnitude(i, j) / v[at(i)];
      if (column * v[at(j)] > most) most = column * v[at(j)], best = j;
    }
    const Interval diagonal = at_entry(g, best, best);
    const double first = diagonal.up > diagonal.neg ? 0.5 : -0.5;
    for (const double t : {first, -first}) {
      // factor = 1 - t G_jj
      const Interval factor{t > 0.0 ? t * diagonal.up - 1.0 : (-t) * diagonal.neg - 1.0,
                            t > 0.0 ? t * diagonal.neg + 1.0 : (-t) * diagonal.up + 1.0};
      if (!(factor.neg < 0.0)) return false;
      const Interval scale = product({-t, t}, reciprocal(factor));
      Matrix full = g;
      for (int i = 0; i < k; ++i) {
        if (i != best) add_interval(full, i, product(at_entry(g, i, best), scale), g, best, k);
      }
      Matrix child;
      Vector child_v;
      child.reset(k - 1, k - 1);
      for (int i = 0, a = 0; i < k; ++i) {
        if (i == best) continue;
        child_v.push_back(v[at(i)]);
        for (int j = 0, b = 0; j < k; ++j) {
          if (j == best) continue;
          child.neg[child.index(a, b)] = full.neg[full.index(i, j)];
          child.up[child.index(a, b++)] = full.up[full.index(i, j)];
        }
        ++a;
      }
      if (!positive(child, std::move(child_v))) return false;
    }
    return true;
  }

 private:
  static bool perron(const Matrix& g, Vector& v, double& ratio) {
    const std::size_t k = v.size();
    Vector h(k * k), y(k);
    for (std::size_t e = 0; e < k * k; ++e) h[e] = larger(g.neg[e], g.up[e]);
    for (int iteration = 0; iteration < 30; ++iteration) {
      bool all = true;
      double sum = 0.0, worst = 0.0, least = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < k; ++i) {
        double row = 0.0;
        for (std::size_t j = 0; j < k; ++j) row += h[i * k + j] * v[j];
        y[i] = 0.5 * row;
        all = all && y[i] < v[i];
        worst = larger(worst, y[i] / v[i]);
        least = std::min(least, y[i] / v[i]);
        sum += y[i];
      }
      ratio = worst;
      if (all) return true;
      if (!(least < 1.0) || !(sum > 0.0) || !std::isfinite(sum)) return false;
      for (std::size_t i = 0; i < k; ++i) v[i] = 0.9 * static_cast<double>(k) / sum * y[i] + 0.1 * v[i] + 1e-9;
    }
    return false;
  }

  static bool norm(const Matrix& g, const Vector& right) {
    const int k = g.rows;
    Vector left(at(k), 1.0), y(at(k));
    for (int iteration = 0; iteration < 20; ++iteration) {
      std::fill(y.begin(), y.end(), 0.0);
      double sum = 0.0;
      for (int i = 0; i < k; ++i) {
        for (int j = 0; j < k; ++j) y[at(j)] += g.magnitude(i, j) * left[at(i)];
      }
      for (const double entry : y) sum += entry;
      if (!(sum > 0.0) || !std::isfinite(sum)) return false;
      for (std::size_t i = 0; i < at(k); ++i) left[i] = 0.9 * static_cast<double>(k) / sum * y[i] + 0.1 * left[i] + 1e-9;
    }
    // The ideal D is for |G|; which power of two is taken for it decides close cases, so several are tried.
    Vector d(at(k));
    for (const double shift : {0.0, 0.5, 0.25, 0.75}) {
      for (std::size_t i = 0; i < at(k); ++i) d[i] = std::exp2(std::floor(0.5 * std::log2(left[i] / right[i]) + shift));
      Matrix h = g, gram;
      for (int i = 0; i < k; ++i) {
        for (int j = 0; j < k; ++j) {
          h.neg[h.index(i, j)] *= d[at(i)] / d[at(j)];
          h.up[h.index(i, j)] *= d[at(i)] / d[at(j)];
        }
      }
      gram.reset(k, k);
      for (int i = 0; i < k; ++i) {
        gram.up[gram.index(i, i)] = 4.0;
        gram.neg[gram.index(i, i)] = -4.0;
      }
      for (int q = 0; q < k; ++q) {
        for (int i = 0; i < k; ++i) add_interval(gram, i, {h.up[h.index(q, i)], h.neg[h.index(q, i)]}, h, q, i + 1);
      }
      if (positive_definite(gram)) return true;
    }
    return false;
  }

  int nodes_ = 0;
};

// The slopes with undecided neuron j at the end t = +-1/2 of its range: w_j = t delta_j is substituted.
Slopes fixed(const Slopes& from, int j, double t) {
  const int n = from.n, columns = n + from.k;
  Slopes to;
  to.n = n;
  to.m = from.m;
  to.k = from.k - 1;
  to.ab.reset(to.k, columns - 1);
  to.jc.reset(to.m, columns - 1);
  Matrix row;
  const auto substitute = [&](const Matrix& source, int r, Matrix& target, int place) {
    row.reset(1, columns);
    std::copy_n(source.neg.begin() + static_cast<long>(source.index(r, 0)), columns, row.neg.begin());
    std::copy_n(source.up.begin() + static_cast<long>(source.index(r, 0)), columns, row.up.begin());
    const Interval b = at_entry(source, r, n + j);
    add_interval(row, 0, t > 0.0 ? Interval{t * b.neg, t * b.up} : Interval{(-t) * b.up, (-t) * b.neg}, from.ab, j, columns);
    row.neg.erase(row.neg.begin() + n + j);
    row.up.erase(row.up.begin() + n + j);
    std::copy(row.neg.begin(), row.neg.end(), target.neg.begin() + static_cast<long>(target.index(place, 0)));
    std::copy(row.up.begin(), row.up.end(), target.up.begin() + static_cast<long>(target.index(place, 0)));
  };
  for (int r = 0, place = 0; r < from.k; ++r) {
    if (r != j) substitute(from.ab, r, to.ab, place++);
  }
  for (int o = 0; o < from.m; ++o) substitute(from.jc, o, to.jc, o);
  return to;
}

bool monotone_branch(const Vector& m, const Slopes& s, int& nodes) {
  if (++nodes > most_nodes) return false;
  const int n = s.n, k = s.k, size = n + k;
  Matrix mj;  // [M J0, M C]
  mj.reset(n, size);
  for (int i = 0; i < n; ++i) {
    for (int o = 0; o < s.m; ++o) add_scaled(mj, i, m[at(i * s.m + o)], s.jc, o, size);
  }
  Matrix form;  // lower triangle, in the variables d, w
  form.reset(size, size);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      form.up[form.index(i, j)] = 0.5 * mj.up[mj.index(i, j)] + 0.5 * mj.up[mj.index(j, i)];
      form.neg[form.index(i, j)] = 0.5 * mj.neg[mj.index(i, j)] + 0.5 * mj.neg[mj.index(j, i)];
    }
  }
  Matrix centre;
  centre.reset(n, n);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) centre.up[centre.index(i, j)] = form.up[form.index(std::max(i, j), std::min(i, j))];
    for (int j = 0; j < n; ++j) centre.neg[centre.index(i, j)] = form.neg[form.index(std::max(i, j), std::min(i, j))];
  }
  Vector inverse, influence(at(k));
  if (!positive_definite(centre) || !invert(centre, n, inverse)) return false;
  for (int q = 0; q < k; ++q) {
    double u = 0.0, v = 0.0;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        u += mj.middle(i, n + q) * inverse[at(i * n + j)] * mj.middle(j, n + q);
        v += s.ab.middle(q, i) * inverse[at(i * n + j)] * s.ab.middle(q, j);
      }
    }
    influence[at(q)] = std::sqrt(std::max(0.0, u * v));
    const double tau = std::sqrt(std::max(u, 1e-30) / std::max(v, 1e-30));
    for (int i = 0; i < n; ++i) {
      form.up[form.index(n + q, i)] = 0.5 * mj.up[mj.index(i, n + q)];
      form.neg[form.index(n + q, i)] = 0.5 * mj.neg[mj.index(i, n + q)];
    }
    form.up[form.index(n + q, n + q)] += tau;
    form.neg[form.index(n + q, n + q)] -= tau;
    for (int i = 0; i < n + q; ++i) {  // minus tau / 4 of the square of row q of [A B]
      const Interval entry = at_entry(s.ab, q, i);
      if (entry.up == 0.0 && entry.neg == 0.0) continue;
      const double quarter = 0.25 * tau;  // exact
      add_interval(form, i, {quarter * entry.up, quarter * entry.neg}, s.ab, q, i + 1);
    }
  }
  if (positive_definite(form)) return true;
  if (k == 0) return false;
  const int j = static_cast<int>(std::max_element(influence.begin(), influence.end()) - influence.begin());
  return monotone_branch(m, fixed(s, j, -0.5), nodes) && monotone_branch(m, fixed(s, j, 0.5), nodes);
}

}  // namespace

// A = c I + L L^T + R with c > ||R||_inf >= ||R||_2 is positive definite, whatever L is; and A is if D A D is. D brings
// the diagonal near 1 by powers of two.
bool positive_definite(const Matrix& unscaled) {
  const int n = unscaled.rows;
  Vector l(at(n) * at(n), 0.0), sum(at(n), 0.0), scale(at(n));
  for (int i = 0; i < n; ++i) {
    if (!(unscaled.middle(i, i) > 0.0 && std::isfinite(unscaled.up[unscaled.index(i, i)]))) return false;
    scale[at(i)] = std::ldexp(1.0, -std::ilogb(unscaled.middle(i, i)) / 2);
  }
  Matrix a = unscaled;
  double widest = 0.0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      a.up[a.index(i, j)] *= scale[at(i)] * scale[at(j)];
      a.neg[a.index(i, j)] *= scale[at(i)] * scale[at(j)];
      widest = larger(widest, a.width(i, j));
    }
  }
  const double c = (0x1p-44 + widest) * static_cast<double>(n);
  for (int j = 0; j < n; ++j) {
    double* const row_j = l.data() + at(j * n);
    double diagonal = a.middle(j, j) - c;
    for (int q = 0; q < j; ++q) diagonal -= row_j[q] * row_j[q];
    if (!(diagonal > 0.0)) return false;
    row_j[j] = std::sqrt(diagonal);
    for (int i = j + 1; i < n; ++i) {
      double* const row_i = l.data() + at(i * n);
      double entry = a.middle(i, j);
      for (int q = 0; q < j; ++q) entry -= row_i[q] * row_j[q];
      row_i[j] = entry / row_j[j];
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double up = a.up[a.index(i, j)], neg = a.neg[a.index(i, j)];
      if (i == j) up -= c, neg += c;
      for (int q = 0; q <= j; ++q) {
        up += (-l[at(i * n + q)]) * l[at(j * n + q)];
        neg += l[at(i * n + q)] * l[at(j * n + q)];
      }
      sum[at(i)] += larger(up, neg);
      if (i != j) sum[at(j)] += larger(up, neg);
    }
  }
  return std::all_of(sum.begin(), sum.end(), [&](double s) { return s < c; });
}

int cube_sign(const Slopes& s) {
  const int n = s.n, k = s.k;
  Matrix j0, t, e, g;
  Vector z;
  j0.reset(n, n);
  for (int i = 0; i < n; ++i) {
    std::copy_n(s.jc.neg.begin() + static_cast<long>(s.jc.index(i, 0)), n, j0.neg.begin() + static_cast<long>(j0.index(i, 0)));
    std::copy_n(s.jc.up.begin() + static_cast<long>(s.jc.index(i, 0)), n, j0.up.begin() + static_cast<long>(j0.index(i, 0)));
  }
  const int sign = sign_of_determinant(j0);
  if (sign == 0 || k == 0) return sign;
  if (!invert(j0, n, z)) return 0;
  e.reset(n, n);
  t.reset(n, n + k);  // Z [J0 C]; its right part becomes J0^{-1} C
  double defect = 0.0;
  for (int i = 0; i < n; ++i) {
    e.up[e.index(i, i)] = 1.0;
    e.neg[e.index(i, i)] = -1.0;
    for (int q = 0; q < n; ++q) {
      add_scaled(e, i, -z[at(i * n + q)], j0, q, n);
      add_scaled(t, i, z[at(i * n + q)], s.jc, q, n + k);
    }
    double sum = 0.0;
    for (int j = 0; j < n; ++j) sum += e.magnitude(i, j);
    defect = larger(defect, sum);
  }
  if (!(defect < 0.5)) return 0;
  const double spread = defect / -(defect - 1.0);
  Matrix right;
  right.reset(n, k);
  for (int j = 0; j < k; ++j) {
    double largest = 0.0;
    for (int i = 0; i < n; ++i) largest = larger(largest, t.magnitude(i, n + j));
    for (int i = 0; i < n; ++i) {
      right.up[right.index(i, j)] = t.up[t.index(i, n + j)] + spread * largest;
      right.neg[right.index(i, j)] = t.neg[t.index(i, n + j)] + spread * largest;
    }
  }
  g.reset(k, k);
  for (int i = 0; i < k; ++i) {
    std::copy_n(s.ab.neg.begin() + static_cast<long>(s.ab.index(i, n)), k, g.neg.begin() + static_cast<long>(g.index(i, 0)));
    std::copy_n(s.ab.up.begin() + static_cast<long>(s.ab.index(i, n)), k, g.up.begin() + static_cast<long>(g.index(i, 0)));
    for (int q = 0; q < n; ++q) {  // minus A times J0^{-1} C
      add_interval(g, i, {s.ab.up[s.ab.index(i, q)], s.ab.neg[s.ab.index(i, q)]}, right, q, k);
    }
  }
  return Cube().positive(g, Vector(at(k), 1.0)) ? sign : 0;
}

bool monotone(const Vector& preconditioner, const Slopes& slopes) {
  int nodes = 0;
  return monotone_branch(preconditioner, slopes, nodes);
}

}  // namespace foldproof_check
