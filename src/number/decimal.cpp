#include "number/decimal.h"

#include <flint/fmpz.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace foldproof {

namespace {

/// x >= 0 with `places` decimals.
std::string decimal(const Rational& x, int places, Towards towards) {
  fmpz_t scale, quotient;
  fmpz_init(scale);
  fmpz_init(quotient);
  fmpz_set_ui(scale, 10);
  fmpz_pow_ui(scale, scale, static_cast<ulong>(places));
  fmpz_mul(quotient, fmpq_numref(x.raw()), scale);
  (towards == Towards::zero ? fmpz_fdiv_q : fmpz_cdiv_q)(quotient, quotient, fmpq_denref(x.raw()));
  char* const text = fmpz_get_str(nullptr, 10, quotient);
  std::string digits = text;
  flint_free(text);
  fmpz_clear(quotient);
  fmpz_clear(scale);
  const auto after_point = static_cast<std::size_t>(places);
  if (digits.size() <= after_point) digits.insert(0, after_point + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - after_point, 1, '.');
  return digits;
}

}  // namespace

std::string bracket_end(const Rational& x, double lower, const std::optional<double>& upper, Towards towards) {
  if (const std::string whole = x.pretty(short_decimal); whole.find('/') == std::string::npos) return whole;
  constexpr int fewest = 3, most = 40, usual = 6;
  constexpr int small = -4;  // the powers of ten below this one are written
  const int power = static_cast<int>(std::floor(std::log10(x.nearest_double())));
  int places = std::max(usual, fewest - power);
  if (upper && *upper > lower) places = std::max(static_cast<int>(std::ceil(-std::log10(*upper - lower))), fewest);
  if (power >= small) return decimal(x, std::min(places, most), towards);
  const Rational factor = Rational::parse(fmt::format("1e{}", -power)).value();
  return fmt::format("{}e{}", decimal(x * factor, std::clamp(places + power, fewest - 1, most), towards), power);
}

}  // namespace foldproof
