// A recursive-descent reader that calculates while it reads: each part of an expression is a polynomial of the states.
//   sum     = product {("+" | "-") product}
//   product = signed {("*" | "/") signed}          division by constants only
//   signed  = {"+" | "-"} power
//   power   = atom ["^" whole number]
//   atom    = number | name | "(" sum ")"
// The sizes of degrees, coefficients and expressions are bounded, so that no short text asks for endless work.
#include "dynamics/field_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "foldproof/foldproof.h"

namespace foldproof {

namespace {

constexpr int kHighestDegree = 24;
constexpr std::size_t kMostMonomials = 20'000;
constexpr std::size_t kMostStates = 16;
constexpr long kMostBits = 100'000;
constexpr int kDeepestNesting = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return begins_name(c) || is_digit(c); }

/// A place in the file, for sentences.
struct Place {
  const std::string& file;
  std::size_t line;  // from 1
  [[noreturn]] void refuse(std::size_t column, const std::string& why) const {
    throw InputError(fmt::format("{}, line {}, column {}: {}", file, line, column + 1, why));
  }
};

class Expression {
 public:
  Expression(const Place& place, std::string_view line, std::size_t start, const RingPointer& ring,
             const std::map<std::string, Rational, std::less<>>& constants, bool states_allowed)
      : place_(place), line_(line), at_(start), ring_(ring), constants_(constants), states_allowed_(states_allowed) {}

  Polynomial read() {
    Polynomial result = sum();
    if (!done()) {
      const char c = line_[at_];
      if (begins_name(c) || is_digit(c) || c == '(') refuse("an operator is missing here; write * for products");
      if (c == ')') refuse("this ')' closes nothing; remove it");
      refuse(fmt::format("'{}' is not expected here", printable(c)));
    }
    return result;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { place_.refuse(at_, why); }
  static std::string printable(char c) { return c >= ' ' && c <= '~' ? std::string(1, c) : std::string("?"); }

  bool done() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
    return at_ == line_.size();
  }
  bool take(char c) {
    if (done() || line_[at_] != c) return false;
    ++at_;
    return true;
  }

  Polynomial bounded(Polynomial value, std::size_t column) const {
    if (value.degree() > kHighestDegree) {
      place_.refuse(column, fmt::format("the degree is {}; degrees up to {} are read", value.degree(), kHighestDegree));
    }
    long bits = 0;
    for (const Monomial& monomial : value.monomials()) {
      const fmpq* const raw = monomial.coefficient.raw();
      bits = std::max(
          {bits, static_cast<long>(fmpz_bits(fmpq_numref(raw))), static_cast<long>(fmpz_bits(fmpq_denref(raw)))});
    }
    if (bits > kMostBits || value.size() > kMostMonomials) {
      place_.refuse(column, "the numbers or the expression grow too large here; make them simpler");
    }
    return value;
  }

  Polynomial product_of(const Polynomial& a, const Polynomial& b, std::size_t column) const {
    if (a.size() * b.size() > kMostMonomials * 10) place_.refuse(column, "this product is too large; make it simpler");
    return bounded(a * b, column);
  }

  Polynomial sum() {
    Polynomial result = product();
    while (true) {
      const std::size_t column = at_;
      if (take('+')) {
        result = bounded(result + product(), column);
      } else if (take('-')) {
        result = bounded(result - product(), column);
      } else {
        return result;
      }
    }
  }

  Polynomial product() {
    Polynomial result = signed_power();
    while (true) {
      if (take('*')) {
        if (at_ < line_.size() && line_[at_] == '*') refuse("'**' is not read; write ^ for powers");
        const std::size_t column = at_;
        result = product_of(result, signed_power(), column);
      } else if (take('/')) {
        done();
        const std::size_t column = at_;
        const Polynomial divisor = signed_power();
        if (!divisor.is_constant())
          place_.refuse(column, "a field is a polynomial: divide by numbers and constants only");
        if (divisor.is_zero()) place_.refuse(column, "this divides by zero");
        result *= Rational(1) / divisor.constant();
        result = bounded(result, column);
      } else {
        return result;
      }
    }
  }

  Polynomial signed_power() {
    bool negative = false;
    while (true) {
      if (take('-')) {
        negative = !negative;
      } else if (!take('+')) {
        break;
      }
    }
    Polynomial result = power();
    if (negative) result *= Rational(-1);
    return result;
  }

  Polynomial power() {
    const Polynomial base = atom();
    if (!take('^')) return base;
    done();
    const std::size_t column = at_;
    std::size_t end = at_;
    while (end < line_.size() && is_digit(line_[end])) ++end;
    constexpr std::size_t kMostDigits = 3;
    if (end == at_ || end - at_ > kMostDigits || (end < line_.size() && line_[end] == '.')) {
      refuse("after ^ stands a whole number from 0 to 999");
    }
    const int exponent = std::stoi(std::string(line_.substr(at_, end - at_)));
    at_ = end;
    Polynomial result(ring_, Rational(1));
    for (int i = 0; i < exponent; ++i) result = product_of(result, base, column);
    if (take('^')) place_.refuse(column, "write parentheses to say which power comes first");
    return result;
  }

  Polynomial atom() {
    if (done()) refuse("the line ends where a number, a name or '(' is needed");
    const char c = line_[at_];
    if (c == '(') {
      if (++depth_ > kDeepestNesting) refuse("the parentheses are nested too deeply");
      const std::size_t column = at_++;
      Polynomial result = sum();
      if (!take(')')) {
        if (done()) place_.refuse(column, "this '(' is not closed");
        refuse(fmt::format("'{}' is not expected here; an operator or ')' is", printable(line_[at_])));
      }
      --depth_;
      return result;
    }
    if (is_digit(c) || c == '.') return number();
    if (begins_name(c)) return named();
    refuse(fmt::format("'{}' is not expected here; a number, a name or '(' is", printable(c)));
  }

  Polynomial number() {
    std::size_t end = at_;
    const auto digits = [&] {
      while (end < line_.size() && is_digit(line_[end])) ++end;
    };
    digits();
    if (end < line_.size() && line_[end] == '.') ++end;
    digits();
    if (end < line_.size() && (line_[end] == 'e' || line_[end] == 'E')) {
      std::size_t after = end + 1;
      if (after < line_.size() && (line_[after] == '+' || line_[after] == '-')) ++after;
      if (after < line_.size() && is_digit(line_[after])) {
        end = after;
        digits();
      }
    }
    const std::string_view text = line_.substr(at_, end - at_);
    const std::optional<Rational> value = Rational::parse(text);
    if (!value) refuse(fmt::format("'{}' is not a number", text.substr(0, 40)));
    const std::size_t column = at_;
    at_ = end;
    return bounded(Polynomial(ring_, *value), column);
  }

  Polynomial named() {
    const std::size_t column = at_;
    while (at_ < line_.size() && continues_name(line_[at_])) ++at_;
    const std::string_view name = line_.substr(column, at_ - column);
    if (const auto found = constants_.find(name); found != constants_.end()) return {ring_, found->second};
    const auto& states = ring_->names();
    const auto state = std::find(states.begin(), states.end(), name);
    if (state != states.end() && states_allowed_) {
      return Polynomial::variable(ring_, static_cast<int>(state - states.begin()));
    }
    if (state != states.end()) {
      place_.refuse(column, fmt::format("a constant cannot depend on the state '{}'", name));
    }
    place_.refuse(column, states_allowed_
                              ? fmt::format("'{}' is not known; give it a line such as '{} = 1'", name, name)
                              : fmt::format("'{}' is not known here; define it on a line above", name));
  }

  const Place& place_;
  std::string_view line_;
  std::size_t at_;
  const RingPointer& ring_;
  const std::map<std::string, Rational, std::less<>>& constants_;
  bool states_allowed_;
  int depth_ = 0;
};

/// "name = ..." or "name' = ...".
struct Line {
  std::size_t number, column, start;  // of the line; of the name; of the right-hand side
  std::string_view text;
  std::string name;
  bool is_state;
};

std::vector<Line> lines_of(const std::string& file, std::string_view text) {
  std::vector<Line> result;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const Place place{file, ++number};
    line = line.substr(0, line.find('#'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    std::size_t at = first;
    while (at < line.size() && continues_name(line[at])) ++at;
    if (at == first || !begins_name(line[first]))
      place.refuse(first, "a line begins with a name, as in x' = -x or tau = 0.1");
    const std::string name(line.substr(first, at - first));
    const bool is_state = at < line.size() && line[at] == '\'';
    if (is_state) ++at;
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    if (at == line.size() || line[at] != '=') place.refuse(at, "'=' is needed here, as in x' = -x or tau = 0.1");
    for (const Line& before : result) {
      if (before.name == name) {
        place.refuse(first, fmt::format("'{}' has a line already, line {}; keep one of them", name, before.number));
      }
    }
    result.push_back({number, first, at + 1, line, name, is_state});
  }
  return result;
}

}  // namespace

FieldText parse_field(const std::string& file, std::string_view text, const std::map<std::string, std::string>& set) {
  const std::vector<Line> lines = lines_of(file, text);
  std::vector<std::string> states, constants;
  for (const Line& line : lines) (line.is_state ? states : constants).push_back(line.name);
  if (states.empty()) {
    throw InputError(fmt::format("{}: no state has a line such as x' = -x; write one per state", file));
  }
  if (states.size() > kMostStates) {
    throw InputError(fmt::format("{}: there are {} states; up to {} are read", file, states.size(), kMostStates));
  }
  if (std::find(constants.begin(), constants.end(), "tau") == constants.end()) {
    throw InputError(fmt::format("{}: the time step is missing; add a line such as tau = 0.1", file));
  }
  for (const auto& [name, value] : set) {
    if (std::find(constants.begin(), constants.end(), name) == constants.end()) {
      throw InputError(fmt::format("--set {}={}: {} has no constant '{}'; it has {}", name, value, file, name,
                                   fmt::join(constants, ", ")));
    }
  }

  FieldText result;
  result.ring = std::make_shared<const Ring>(states);
  std::map<std::string, Rational, std::less<>> known;
  for (const Line& line : lines) {
    if (line.is_state) continue;
    const Place place{file, line.number};
    Rational value = Expression(place, line.text, line.start, result.ring, known, false).read().constant();
    if (const auto other = set.find(line.name); other != set.end()) {
      const std::optional<Rational> number = Rational::parse(other->second);
      if (!number) {
        throw InputError(fmt::format("--set {}={}: '{}' is not a number; write a decimal or p/q", line.name,
                                     other->second, other->second));
      }
      value = *number;
    }
    if (line.name == "tau") {
      if (value.sign() <= 0) place.refuse(line.column, fmt::format("tau must be positive, not {}", value.pretty()));
      result.tau = value;
    }
    known.emplace(line.name, value);
    result.constants.emplace_back(line.name, std::move(value));
  }
  for (const Line& line : lines) {
    if (!line.is_state) continue;
    const Place place{file, line.number};
    result.derivatives.push_back(Expression(place, line.text, line.start, result.ring, known, true).read());
  }
  return result;
}

}  // namespace foldproof
