// Numbers of the checker. Nothing here is shared with foldproof.
//
// The checker runs with every double operation rounded towards +infinity (Upward). So a value that is computed is an
// upper bound of the exact one, and a lower bound is kept as minus an upper bound: the interval (neg, up) is
// [-neg, up]. There is no error analysis and no tolerance. Overflow and NaN make comparisons fail: tests are written
// so that a failing comparison rejects. Exact numbers are GMP rationals.
#pragma once

#include <gmpxx.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace foldproof_check {

/// The files cannot be used (exit code 2); the proof does not hold (exit code 1).
struct Unusable : std::runtime_error { using std::runtime_error::runtime_error; };
struct Rejected : std::runtime_error { using std::runtime_error::runtime_error; };

/// Rounds upward for as long as it lives. @throws Unusable if this processor or process cannot.
class Upward {
 public:
  Upward();
  ~Upward() { std::fesetround(before_); }
  Upward(const Upward&) = delete;
  Upward& operator=(const Upward&) = delete;

 private:
  int before_ = std::fegetround();
};

using Vector = std::vector<double>;
using Rational = mpq_class;
using Words = std::vector<std::string_view>;

inline std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Words separated by single spaces. @throws Rejected for anything else.
Words split(std::string_view line);
/// docs/certificate.md, section 1. @throws Rejected if the text is not of that form.
Rational exact(std::string_view text);
double finite_double(std::string_view text);
int index_below(std::string_view text, int count);
/// Smallest double >= x, or +infinity.
double round_up(const Rational& x);
/// The exact value of a finite double.
inline Rational rational(double x) { return Rational(x); }

/// The larger number; NaN if either is.
inline double larger(double a, double b) { return a >= b || a != a ? a : b; }

/// A matrix of intervals.
struct Matrix {
  int rows = 0, columns = 0;
  Vector neg, up;

  void reset(int r, int c) {
    rows = r;
    columns = c;
    neg.assign(at(r) * at(c), 0.0);
    up.assign(at(r) * at(c), 0.0);
  }
  std::size_t index(int i, int j) const { return at(i) * at(columns) + at(j); }
  double magnitude(int i, int j) const { return larger(neg[index(i, j)], up[index(i, j)]); }
  double middle(int i, int j) const { return 0.5 * (up[index(i, j)] - neg[index(i, j)]); }
  double width(int i, int j) const { return up[index(i, j)] + neg[index(i, j)]; }
  /// Largest magnitude in a row; NaN if there is one.
  double row_size(int i, int count) const {
    double size = 0.0;
    for (int j = 0; j < count; ++j) size = larger(size, magnitude(i, j));
    return size;
  }
  void widen(int i, int count, double by) {
    for (int j = 0; j < count; ++j) neg[index(i, j)] += by, up[index(i, j)] += by;
  }
};

/// target += f * source, entry by entry, for a number f and intervals.
inline void add_scaled(double* neg, double* up, double f, const double* source_neg, const double* source_up, int count) {
  if (!(f >= 0.0)) {
    f = -f;
    std::swap(source_neg, source_up);
  }
  for (int i = 0; i < count; ++i) {
    up[i] += f * source_up[i];
    neg[i] += f * source_neg[i];
  }
}
inline void add_scaled(Matrix& target, int row, double f, const Matrix& source, int from, int count) {
  const std::size_t t = target.index(row, 0), s = source.index(from, 0);
  add_scaled(target.neg.data() + t, target.up.data() + t, f, source.neg.data() + s, source.up.data() + s, count);
}

}  // namespace foldproof_check
