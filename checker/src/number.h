// Numbers of the checker. Nothing here is shared with foldproof.
//
// The checker runs with every double operation rounded towards +infinity (Upward). So a value that is computed is an
// upper bound of the exact one, and a lower bound is kept as minus an upper bound: Interval{neg, up} is [-neg, up].
// There is no error analysis and no tolerance. Overflow and NaN end in comparisons that fail, and a failing comparison
// rejects. Exact numbers are GMP rationals.
#pragma once

#include <gmpxx.h>

#include <algorithm>
#include <cfenv>
#include <cfloat>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if defined(__FAST_MATH__)
#error "the checker needs IEEE arithmetic: build it without -ffast-math"
#endif
static_assert(FLT_EVAL_METHOD == 0 && std::numeric_limits<double>::is_iec559 && sizeof(long) == 8);

namespace foldproof_check {

struct Unusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};  // the files: exit code 2
struct Rejected : std::runtime_error {
  using std::runtime_error::runtime_error;
};  // the proof: exit code 1

inline void require(bool condition, const char* otherwise) {
  if (!condition) throw Rejected(otherwise);
}

/// Rounds upward for as long as it lives. @throws Unusable if this processor or build cannot.
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

/// Words separated by single spaces. @throws Rejected
Words split(std::string_view line);
/// Numbers of docs/certificate.md, section 1. @throws Rejected if the text is not of that form.
Rational exact(std::string_view text);
double finite_double(std::string_view text);
int index_below(std::string_view text, int count);
/// Smallest double >= x, or +infinity.
double round_up(const Rational& x);
/// A number >= the root of x >= 0, exact if that is rational.
Rational root_above(const Rational& x);
/// x times 2^e.
Rational scaled(const Rational& x, long e);

/// The larger number; NaN if either is.
inline double larger(double a, double b) { return a >= b || a != a ? a : b; }

struct Interval {
  double neg = 0.0, up = 0.0;
};
inline Interval point(double x) { return {-x, x}; }
inline Interval enclosed(const Rational& x) { return {round_up(-x), round_up(x)}; }
inline Interval operator-(Interval a) { return {a.up, a.neg}; }
inline Interval operator+(Interval a, Interval b) { return {a.neg + b.neg, a.up + b.up}; }
inline Interval operator*(double f, Interval a) {
  return f >= 0.0 ? Interval{f * a.neg, f * a.up} : Interval{(-f) * a.up, (-f) * a.neg};
}
inline Interval operator*(Interval a, Interval b) {
  return {larger(larger(a.neg * b.up, a.up * b.neg), larger((-a.neg) * b.neg, (-a.up) * b.up)),
          larger(larger(a.neg * b.neg, a.up * b.up), larger((-a.neg) * b.up, (-a.up) * b.neg))};
}
/// 1 / a. @pre 0 is not in a
inline Interval reciprocal(Interval a) { return {-1.0 / a.up, -1.0 / a.neg}; }
inline double size(Interval a) { return larger(a.neg, a.up); }
inline double middle(Interval a) { return 0.5 * a.up - 0.5 * a.neg; }
inline double width(Interval a) { return a.up + a.neg; }

struct Matrix {
  int rows = 0, columns = 0;
  std::vector<Interval> entries;

  Matrix(int r, int c) : rows(r), columns(c), entries(at(r) * at(c)) {}
  Interval* operator[](int i) { return entries.data() + at(i) * at(columns); }
  const Interval* operator[](int i) const { return entries.data() + at(i) * at(columns); }
};

/// row += f * source, entry by entry.
inline void add(Interval* row, double f, const Interval* source, int count) {
  if (f >= 0.0) {
    for (int i = 0; i < count; ++i) row[i].neg += f * source[i].neg, row[i].up += f * source[i].up;
  } else {
    f = -f;
    for (int i = 0; i < count; ++i) row[i].neg += f * source[i].up, row[i].up += f * source[i].neg;
  }
}
inline void widen(Interval* row, double by, int count) {
  for (int i = 0; i < count; ++i) row[i].neg += by, row[i].up += by;
}
/// The largest entry's size.
inline double row_size(const Interval* row, int count) {
  double result = 0.0;
  for (int i = 0; i < count; ++i) result = larger(result, size(row[i]));
  return result;
}
/// row += f * source for an interval f: f.up, and entry by entry what f may be less.
inline void add(Interval* row, Interval f, const Interval* source, int count) {
  add(row, f.up, source, count);
  const double spread = width(f);
  for (int i = 0; i < count; ++i) widen(row + i, spread * size(source[i]), 1);
}

}  // namespace foldproof_check
