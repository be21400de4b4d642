// Numbers as a person reads them: few digits, rounded so that what is written stays true.
#pragma once

#include <optional>
#include <string>

#include "number/rational.h"

namespace foldproof {

constexpr int short_decimal = 12;  // exact decimals of up to so many digits are written as they are

enum class Towards { zero, above };

/// x, an end of the bracket [lower, upper] (no upper end: nothing was refuted), 0 <= x: with as many digits as tell the
/// two ends apart, small ones in powers of ten ("1.25e-9"), rounded towards 0 or above.
std::string bracket_end(const Rational& x, double lower, const std::optional<double>& upper, Towards towards);

/// "1 input", "2 inputs".
template <class Whole>
std::string count_of(Whole number, const std::string& noun) {
  return std::to_string(number) + ' ' + noun + (number == 1 ? "" : "s");
}

}  // namespace foldproof
