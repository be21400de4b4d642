#include "number.h"

#include <charconv>

namespace foldproof_check {

Upward::Upward() {
  volatile double one = 1.0, tiny = std::numeric_limits<double>::denorm_min(),
                  least = std::numeric_limits<double>::min();
  const bool set = std::fesetround(FE_UPWARD) == 0;
  volatile double sum = one + tiny, difference = -one - tiny, half = least * 0.5, three = 3.0, root = std::sqrt(three);
  if (!set || !(sum > 1.0) || difference != -1.0 || half == 0.0 || root != 0x1.bb67ae8584cabp+0) {
    throw Unusable("this processor or build does not round upward as asked, so nothing can be verified");
  }
}

Words split(std::string_view line) {
  Words words;
  while (true) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    const auto printable = [](char c) { return c > ' ' && c <= '~'; };
    if (words.back().empty() || !std::all_of(words.back().begin(), words.back().end(), printable)) {
      throw Rejected("syntax: lines are words of printable ASCII, separated by single spaces");
    }
    if (space == std::string_view::npos) return words;
    line.remove_prefix(space + 1);
  }
}

namespace {

bool is_integer(std::string_view text) {  // 0 or -?[1-9][0-9]*
  if (text == "0") return true;
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.front() != '0' && text.find_first_not_of("0123456789") == std::string_view::npos;
}

[[noreturn]] void no(std::string_view text, const std::string& what) {
  throw Rejected("syntax: '" + std::string(text.substr(0, 40)) + "' is not " + what);
}

}  // namespace

Rational exact(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("b/"), text.size());
  const std::string first(text.substr(0, mark)), second(mark < text.size() ? text.substr(mark + 1) : "1");
  const bool power = mark < text.size() && text[mark] == 'b';
  bool fine = text.size() <= 100000 && is_integer(first) && is_integer(second) && (!power || second.size() <= 6);
  Rational result(fine ? mpz_class(first, 10) : mpz_class(0));
  fine = fine && (mark == text.size() || result != 0);
  if (fine && power) {
    const int e = std::stoi(second);
    fine = std::abs(e) <= 20000;
    if (fine) result = scaled(result, e);
  } else if (fine && mark < text.size()) {
    const mpz_class q(second, 10);
    fine = q > 1;
    if (fine) result /= q;
  }
  if (!fine) no(text, "a number of this format");
  return result;
}

double finite_double(std::string_view text) {
  long m = 0;  // the common case, quickly: m or mbe, where m has 53 bits and nothing is near the ends of the doubles
  int e = 0;
  const char* const last = text.data() + text.size();
  std::from_chars_result read = std::from_chars(text.data(), last, m);
  if (read.ec == std::errc() && read.ptr != last && *read.ptr == 'b') read = std::from_chars(read.ptr + 1, last, e);
  if (read.ec == std::errc() && read.ptr == last && m != 0 && m >= -(1L << 53) && m <= 1L << 53 && std::abs(e) < 900) {
    const std::size_t mark = std::min(text.find('b'), text.size());
    if (is_integer(text.substr(0, mark)) && (mark == text.size() || is_integer(text.substr(mark + 1)))) {
      return std::ldexp(static_cast<double>(m), e);
    }
  }
  const Rational value = exact(text);
  const double d = value.get_d();
  if (!std::isfinite(d) || Rational(d) != value) no(text, "a double");
  return d;
}

int index_below(std::string_view text, int count) {
  int i = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), i);
  if (error == std::errc() && end == text.data() + text.size() && i >= 0 && i < count && is_integer(text)) return i;
  no(text, "an index below " + std::to_string(count));
}

double round_up(const Rational& x) {
  const double d = x.get_d();  // towards zero
  if (!std::isfinite(d)) return x > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::max();
  return Rational(d) < x ? std::nextafter(d, std::numeric_limits<double>::infinity()) : d;
}

Rational root_above(const Rational& x) {
  constexpr mp_bitcnt_t more = 64;
  const mpz_class square = (x.get_num() * x.get_den()) << (2 * more), whole = sqrt(square);
  Rational result(whole * whole < square ? mpz_class(whole + 1) : whole, x.get_den() << more);
  result.canonicalize();
  return result;
}

Rational scaled(const Rational& x, long e) {
  if (e == 0) return x;
  return e > 0 ? Rational(x << static_cast<mp_bitcnt_t>(e)) : Rational(x >> static_cast<mp_bitcnt_t>(-e));
}

}  // namespace foldproof_check
