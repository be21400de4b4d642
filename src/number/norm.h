// The three norms in which a ball may be asked for: maximum, sum and Euclidean, with proved bounds.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "number/rational.h"
#include "number/rounding.h"

namespace foldproof {

enum class Norm { linf, l1, l2 };

/// "linf", "l1", "l2"; nothing for other names.
std::optional<Norm> norm_named(std::string_view name);
const char* name_of(Norm norm);

/// |x|, exactly; for l2, where that is not rational, a double that exceeds it by a few ulps at most.
Rational norm_upper(Norm norm, const std::vector<Rational>& x);

/// |x|^2 in the Euclidean norm, exactly.
Rational square_sum(const std::vector<Rational>& x);

/// A bracket of |x| for the vector of entries size(0), ..., size(count - 1) >= 0.
/// `lower` is the largest entry, or strictly below |x|, by more than another program loses in n roundings of its own;
/// `upper` likewise from above. Both are exact for the maximum norm and where only one entry is not zero.
struct NormBounds {
  double lower, upper;
};
template <class Size>
NormBounds norm_bounds(Norm norm, int count, const Size& size) {
  double largest = 0.0;
  int nonzero = 0;
  for (int i = 0; i < count; ++i) {
    largest = std::max(largest, size(i));
    if (size(i) > 0.0) ++nonzero;
  }
  if (norm == Norm::linf || nonzero <= 1 || !(largest < std::numeric_limits<double>::infinity()))
    return {largest, largest};
  // Scaled so that the largest entry is in [1/2, 1): what underflows is less than a rounding error of the sum.
  const int exponent = std::ilogb(largest) + 1;
  double sum = 0.0;
  for (int i = 0; i < count; ++i) {
    const double entry = std::ldexp(size(i), -exponent);
    sum += norm == Norm::l1 ? entry : entry * entry;
  }
  const double value = norm == Norm::l1 ? sum : std::sqrt(sum);
  // The sum of count terms, each rounded, one more rounding for the root and one for what underflows.
  const double error = gamma(8.0 * count + 16.0);
  const double lower = std::ldexp(value * (1.0 - error), exponent);
  const double upper = std::ldexp(value * (1.0 + error), exponent);
  return {std::max(largest, std::min(round_down(lower), std::numeric_limits<double>::max())), round_up(upper)};
}

/// |x| in plain double: proposes.
double norm_of(Norm norm, const std::vector<double>& x);

}  // namespace foldproof
