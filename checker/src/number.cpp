#include "number.h"

#include <charconv>

namespace foldproof_check {

Upward::Upward() {
  volatile double one = 1.0, tiny = std::numeric_limits<double>::denorm_min(), least = std::numeric_limits<double>::min();
  const bool set = std::fesetround(FE_UPWARD) == 0;
  volatile double sum = one + tiny, difference = -one - tiny, half = least * 0.5;
  if (!set || !(sum > 1.0) || difference != -1.0 || half == 0.0) {
    throw Unusable("this processor or build does not round upward as asked, so nothing can be verified");
  }
}

Words split(std::string_view line) {
  Words words;
  while (true) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (words.back().empty()) throw Rejected("syntax: words are separated by single spaces");
    if (space == std::string_view::npos) return words;
    line.remove_prefix(space + 1);
  }
}

namespace {

[[noreturn]] void not_a_number(std::string_view text) {
  throw Rejected("syntax: '" + std::string(text.substr(0, 40)) + "' is not a number of this format");
}

// -?[0-9]+
bool is_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

mpz_class integer(std::string_view text, std::string_view whole) {
  if (!is_integer(text)) not_a_number(whole);
  return mpz_class(std::string(text), 10);
}

int exponent(std::string_view text, std::string_view whole) {
  int e = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), e);
  if (!is_integer(text) || error != std::errc() || end != text.data() + text.size() || std::abs(e) > 20000) not_a_number(whole);
  return e;
}

}  // namespace

Rational exact(std::string_view text) {
  const std::size_t mark = text.find_first_of("b/");
  const mpz_class first = integer(text.substr(0, mark), text);
  Rational result(first);
  if (mark == std::string_view::npos) return result;
  if (first == 0) not_a_number(text);
  const std::string_view rest = text.substr(mark + 1);
  if (text[mark] == '/') {
    const mpz_class q = integer(rest, text);
    if (q <= 1) not_a_number(text);
    result = Rational(first, q);
    result.canonicalize();
    return result;
  }
  const int e = exponent(rest, text);
  if (e >= 0) {
    mpq_mul_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(e));
  } else {
    mpq_div_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(-e));
  }
  return result;
}

double finite_double(std::string_view text) {
  long m = 0;  // the common case, quickly: m or mbe, where m has 53 bits and nothing is near the ends of the doubles
  int e = 0;
  const char* const last = text.data() + text.size();
  std::from_chars_result read = std::from_chars(text.data(), last, m);
  if (read.ec == std::errc() && read.ptr != last && *read.ptr == 'b') read = std::from_chars(read.ptr + 1, last, e);
  if (read.ec == std::errc() && read.ptr == last && m != 0 && std::abs(m) <= 1L << 53 && std::abs(e) < 900) {
    return std::ldexp(static_cast<double>(m), e);
  }
  const Rational value = exact(text);
  const double d = value.get_d();
  if (!std::isfinite(d) || rational(d) != value) throw Rejected("syntax: '" + std::string(text.substr(0, 40)) + "' is not a double");
  return d;
}

int index_below(std::string_view text, int count) {
  int i = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), i);
  if (error != std::errc() || end != text.data() + text.size() || i < 0 || i >= count) {
    throw Rejected("syntax: '" + std::string(text.substr(0, 40)) + "' is not an index below " + std::to_string(count));
  }
  return i;
}

double round_up(const Rational& x) {
  const double d = x.get_d();  // towards zero
  if (!std::isfinite(d)) return x > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::max();
  return rational(d) < x ? std::nextafter(d, std::numeric_limits<double>::infinity()) : d;
}

}  // namespace foldproof_check
