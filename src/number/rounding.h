// The only code that knows how double arithmetic rounds.
//
// All floating-point bounds in foldproof are computed in round-to-nearest, and the rounding error is added
// afterwards from a-priori bounds (Higham, Accuracy and Stability of Numerical Algorithms, ch. 3): a sum of
// k products, evaluated in any order, differs from the exact one by at most gamma(k) * sum |a_i b_i|, plus
// `underflow` for products that leave the normal range. Sums of nonnegative error terms are themselves
// inflated by `slack`, which covers more than 10^8 further roundings. A comparison that a NaN reaches must
// fail: write tests as `if (!(bound < limit)) return false`.
#pragma once

#include <cfenv>
#include <cmath>
#include <limits>

namespace foldproof {

inline constexpr double unit_roundoff = 0x1p-53;

/// Upper bound of k u / (1 - k u), for k up to 10^9.
constexpr double gamma(double k) { return k * unit_roundoff * (1.0 + 0x1p-20); }

/// Covers the underflow of fewer than 10^10 products, and is itself a normal number.
inline constexpr double underflow = 0x1p-1000;

/// Multiply a sum of nonnegative terms by this to cover the rounding of the sum itself.
inline constexpr double slack = 1.0 + 0x1p-24;

/// True if this thread rounds to nearest and keeps subnormals, as every bound here assumes. Another library may have
/// changed either: ask at the start of each thread of a search.
inline bool arithmetic_is_ieee() {
  volatile double tiny = std::numeric_limits<double>::min();
  tiny = tiny * 0.5;
  return std::fegetround() == FE_TONEAREST && tiny != 0.0;
}

/// One ulp up or down: encloses the exact result of one operation rounded to nearest.
inline double round_up(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
inline double round_down(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }

}  // namespace foldproof
