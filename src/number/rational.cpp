#include "number/rational.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace foldproof {

namespace {

Rational power_of_ten(long exponent) {
  Rational result(10);
  fmpz_pow_ui(fmpq_numref(result.raw()), fmpq_numref(result.raw()), static_cast<ulong>(exponent));
  return result;
}

}  // namespace

Rational Rational::times_power_of_two(long e) const {
  Rational result;
  if (e >= 0) {
    fmpq_mul_2exp(result.value_, value_, static_cast<flint_bitcnt_t>(e));
  } else {
    fmpq_div_2exp(result.value_, value_, static_cast<flint_bitcnt_t>(-e));
  }
  return result;
}

Rational Rational::from_double(double x) {
  if (!std::isfinite(x)) throw std::invalid_argument("a rational cannot hold NaN or infinity");
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);  // x = fraction * 2^exponent, exactly (denormals too)
  const auto mantissa = static_cast<long>(std::ldexp(fraction, 53));
  return Rational(mantissa).times_power_of_two(exponent - 53L);
}

std::optional<Rational> Rational::parse(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto p = parse(text.substr(0, slash));
    const auto q = parse(text.substr(slash + 1));
    if (!p || !q || q->is_zero()) return std::nullopt;
    return *p / *q;
  }
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  std::string digits;
  long point_shift = 0;
  bool seen_point = false;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !seen_point) {
      seen_point = true;
    } else if (std::isdigit(static_cast<unsigned char>(text[i]))) {
      digits += text[i];
      if (seen_point) ++point_shift;
    } else {
      break;
    }
  }
  if (digits.empty()) return std::nullopt;
  long exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool exponent_negative = false;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) exponent_negative = text[i++] == '-';
    const std::size_t first = i;
    for (; i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && exponent <= 4000; ++i) {
      exponent = 10 * exponent + (text[i] - '0');
    }
    if (i == first || exponent > 4000) return std::nullopt;
    if (exponent_negative) exponent = -exponent;
  }
  if (i != text.size()) return std::nullopt;
  Rational result;
  if (fmpz_set_str(fmpq_numref(result.value_), digits.c_str(), 10) != 0) return std::nullopt;
  fmpz_one(fmpq_denref(result.value_));
  const long shift = exponent - point_shift;
  const Rational power = power_of_ten(std::labs(shift));
  if (shift >= 0) {
    result *= power;
  } else {
    result /= power;
  }
  return negative ? -result : result;
}

std::string Rational::str() const {
  char* text = fmpq_get_str(nullptr, 10, value_);
  std::string result(text);
  flint_free(text);
  return result;
}

std::string Rational::canonical() const {
  if (is_zero()) return "0";
  const fmpz* const q = fmpq_denref(value_);
  const auto below = static_cast<long>(fmpz_val2(q));
  if (static_cast<long>(fmpz_bits(q)) != below + 1) return str();
  const auto above = static_cast<long>(fmpz_val2(fmpq_numref(value_)));
  fmpz_t odd;
  fmpz_init(odd);
  fmpz_tdiv_q_2exp(odd, fmpq_numref(value_), static_cast<ulong>(above));
  char* const digits = fmpz_get_str(nullptr, 10, odd);
  std::string text = digits;
  flint_free(digits);
  fmpz_clear(odd);
  if (above != below) text.append(1, 'b').append(std::to_string(above - below));
  return text;
}

std::string canonical(double x) {
  if (x == 0.0) return "0";
  int e = 0;
  auto m = static_cast<std::int64_t>(std::ldexp(std::frexp(x, &e), 53));
  e -= 53;
  const int zeros = std::countr_zero(static_cast<std::uint64_t>(m));
  m /= std::int64_t{1} << zeros;
  e += zeros;
  std::string text = std::to_string(m);
  if (e != 0) text.append(1, 'b').append(std::to_string(e));
  return text;
}

std::string Rational::pretty(int digits) const {
  // A terminating decimal has a denominator 2^a 5^b; it needs max(a, b) places.
  fmpz_t q;
  fmpz_t two;
  fmpz_t five;
  fmpz_init_set(q, fmpq_denref(value_));
  fmpz_init_set_ui(two, 2);
  fmpz_init_set_ui(five, 5);
  const slong a = fmpz_remove(q, q, two);
  const slong b = fmpz_remove(q, q, five);
  const bool terminating = fmpz_is_one(q);
  fmpz_clear(q);
  fmpz_clear(two);
  fmpz_clear(five);
  const slong places = std::max(a, b);
  if (!terminating || places > digits) return str();
  const Rational scaled = *this * power_of_ten(places);
  std::string text = abs(scaled).str();
  if (static_cast<slong>(text.size()) <= places) {
    text.insert(0, static_cast<std::size_t>(places) + 1 - text.size(), '0');
  }
  const std::size_t point = text.size() - static_cast<std::size_t>(places);
  const std::string decimal = places > 0 ? text.substr(0, point) + '.' + text.substr(point) : text;
  return sign() < 0 ? '-' + decimal : decimal;
}

double Rational::nearest_double() const {
  const double below = lower_double();
  const double above = upper_double();
  if (below == above || !std::isfinite(above)) return below;
  if (!std::isfinite(below)) return above;
  return (*this - from_double(below)) <= (from_double(above) - *this) ? below : above;
}

double Rational::lower_double() const {
  if (is_zero()) return 0.0;
  // Scale so that the integer part carries at least 53 bits (fewer in the denormal range), floor, scale back.
  const long bits = exponent();
  constexpr double largest = std::numeric_limits<double>::max();
  if (bits > 1030) return sign() < 0 ? -std::numeric_limits<double>::infinity() : largest;
  if (bits < -1100) return sign() < 0 ? -std::numeric_limits<double>::denorm_min() : 0.0;
  fmpz_t whole;
  fmpz_init(whole);
  double result = 0.0;
  // |x| may have `bits` or `bits + 1` leading position: choose the exponent so that the floor has at most 53 bits.
  for (long shift = std::max(bits - 53, -1074L);; ++shift) {
    const Rational scaled = times_power_of_two(-shift);
    fmpz_fdiv_q(whole, fmpq_numref(scaled.value_), fmpq_denref(scaled.value_));
    if (fmpz_bits(whole) <= 53) {
      result = std::ldexp(fmpz_get_d(whole), static_cast<int>(shift));
      break;
    }
    // A floor of exactly -2^53 is representable too, and is the right answer.
    if (fmpz_bits(whole) == 54 && fmpz_val2(whole) >= 1) {
      result = std::ldexp(fmpz_get_d(whole), static_cast<int>(shift));
      break;
    }
  }
  fmpz_clear(whole);
  if (result == std::numeric_limits<double>::infinity()) return largest;
  return result;
}

double Rational::upper_double() const { return -(-*this).lower_double(); }

bool Rational::is_double() const {
  const double below = lower_double();
  return std::isfinite(below) && from_double(below) == *this;
}

Rational& Rational::operator/=(const Rational& b) {
  if (b.is_zero()) throw std::domain_error("division of a rational by zero");
  fmpq_div(value_, value_, b.value_);
  return *this;
}

void release_thread_memory() { flint_cleanup(); }

Rational max_abs(const std::vector<Rational>& x) {
  Rational result;
  for (const Rational& value : x) {
    Rational size = abs(value);
    if (size > result) result = std::move(size);
  }
  return result;
}

Rational RationalMatrix::get(int i, int j) const {
  Rational result;
  fmpq_set(result.raw(), fmpq_mat_entry(value_, i, j));
  return result;
}

Rational RationalMatrix::determinant() const {
  Rational result;
  fmpq_mat_det(result.raw(), value_);
  return result;
}

std::optional<std::vector<Rational>> RationalMatrix::solve(const std::vector<Rational>& b) const {
  const int n = rows();
  RationalMatrix right(n, 1);
  for (int i = 0; i < n; ++i) right.set(i, 0, b[static_cast<std::size_t>(i)]);
  RationalMatrix solution(n, 1);
  if (fmpq_mat_solve_fraction_free(solution.value_, value_, right.value_) == 0) return std::nullopt;
  std::vector<Rational> result;
  for (int i = 0; i < n; ++i) result.push_back(solution.get(i, 0));
  return result;
}

std::vector<int> RationalMatrix::pivots() const {
  RationalMatrix reduced(*this);
  const auto rank = static_cast<int>(fmpq_mat_rref(reduced.value_, value_));
  std::vector<int> result;
  for (int i = 0; i < rank; ++i) {
    int j = result.empty() ? 0 : result.back() + 1;
    while (reduced.get(i, j).is_zero()) ++j;
    result.push_back(j);
  }
  return result;
}

std::optional<std::vector<Rational>> RationalMatrix::solve_near(const std::vector<Rational>& b,
                                                                const std::vector<Rational>& guess) const {
  RationalMatrix joined(rows(), columns() + 1);
  for (int i = 0; i < rows(); ++i) {
    for (int j = 0; j < columns(); ++j) joined.set(i, j, get(i, j));
    joined.set(i, columns(), b[static_cast<std::size_t>(i)]);
  }
  const std::vector<int> pivot = joined.pivots();
  if (!pivot.empty() && pivot.back() == columns()) return std::nullopt;
  fmpq_mat_rref(joined.value_, joined.value_);
  std::vector<Rational> result = guess;
  for (const int j : pivot) result[static_cast<std::size_t>(j)] = Rational(0);
  for (std::size_t i = 0; i < pivot.size(); ++i) {
    // The entries at pivots are 1 on the diagonal and 0 elsewhere.
    Rational value = joined.get(static_cast<int>(i), columns());
    for (int j = pivot[i] + 1; j < columns(); ++j) {
      if (!std::binary_search(pivot.begin(), pivot.end(), j)) {
        value -= joined.get(static_cast<int>(i), j) * guess[static_cast<std::size_t>(j)];
      }
    }
    result[static_cast<std::size_t>(pivot[i])] = std::move(value);
  }
  return result;
}

std::optional<std::vector<Rational>> RationalMatrix::null_vector() const {
  RationalMatrix reduced(*this);
  const auto rank = static_cast<int>(fmpq_mat_rref(reduced.value_, value_));
  if (rank == columns()) return std::nullopt;
  // The first column without a pivot is a combination of the pivot columns before it.
  std::vector<int> pivot(static_cast<std::size_t>(rank));
  int free_column = rank;
  for (int i = 0; i < rank; ++i) {
    int j = i;
    while (reduced.get(i, j).is_zero()) ++j;
    pivot[static_cast<std::size_t>(i)] = j;
    if (j > i) {
      free_column = i;
      break;
    }
  }
  std::vector<Rational> result(static_cast<std::size_t>(columns()));
  result[static_cast<std::size_t>(free_column)] = Rational(1);
  for (int i = 0; i < free_column; ++i) {
    result[static_cast<std::size_t>(pivot[static_cast<std::size_t>(i)])] = -reduced.get(i, free_column);
  }
  return result;
}

std::optional<RationalMatrix::Solutions> RationalMatrix::solutions(const std::vector<Rational>& b,
                                                                   const std::vector<Rational>& guess) const {
  const int n = columns();
  RationalMatrix system(rows(), n + 1);
  for (int i = 0; i < rows(); ++i) {
    for (int j = 0; j < n; ++j) system.set(i, j, get(i, j));
    system.set(i, n, b[static_cast<std::size_t>(i)]);
  }
  RationalMatrix reduced(rows(), n + 1);
  const auto rank = static_cast<int>(fmpq_mat_rref(reduced.value_, system.value_));
  Solutions result{guess, {}};
  int column = 0;
  std::vector<int> pivot;
  for (int i = 0; i < rank; ++i, ++column) {
    for (; reduced.get(i, column).is_zero(); ++column) result.free.push_back(column);
    if (column == n) return std::nullopt;
    pivot.push_back(column);
  }
  for (; column < n; ++column) result.free.push_back(column);
  for (int i = 0; i < rank; ++i) {
    Rational value = reduced.get(i, n);
    for (const int j : result.free) value.add_product(-reduced.get(i, j), guess[static_cast<std::size_t>(j)]);
    result.x[static_cast<std::size_t>(pivot[static_cast<std::size_t>(i)])] = std::move(value);
  }
  return result;
}

std::vector<Rational> RationalMatrix::multiply(const std::vector<Rational>& x) const {
  std::vector<Rational> result(static_cast<std::size_t>(rows()));
  for (int i = 0; i < rows(); ++i) {
    for (int j = 0; j < columns(); ++j) {
      fmpq_addmul(result[static_cast<std::size_t>(i)].raw(), fmpq_mat_entry(value_, i, j),
                  x[static_cast<std::size_t>(j)].raw());
    }
  }
  return result;
}

}  // namespace foldproof
