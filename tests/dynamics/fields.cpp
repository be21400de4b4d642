#include "fields.h"

#include "dynamics/field_text.h"

namespace foldproof::testing {

PolynomialMap map_of(const std::string& text) { return euler_map(parse_field("test.field", text, {})); }

PolynomialMap brusselator(const std::string& b, const std::string& tau) {
  return map_of("x' = a - (b + 1)*x + x^2*y\ny' = b*x - x^2*y\na = 1\nb = " + b + "\ntau = " + tau + "\n");
}

PolynomialMap van_der_pol() { return map_of("x' = y\ny' = mu*(1 - x^2)*y - x\nmu = 1\ntau = 0.2\n"); }

PolynomialMap quadratic(const std::string& h, const std::string& b, const std::string& c) {
  return map_of("x' = x^2 + b*x + c\nb = " + b + "\nc = " + c + "\ntau = " + h + "\n");
}

std::vector<Rational> numbers(const std::vector<std::string>& texts) {
  std::vector<Rational> result;
  for (const std::string& text : texts) result.push_back(Rational::parse(text).value());
  return result;
}

std::vector<Interval> box(const std::vector<std::string>& ends) {
  const std::vector<Rational> values = numbers(ends);
  std::vector<Interval> result;
  for (std::size_t i = 0; i < values.size(); i += 2) result.emplace_back(values[i], values[i + 1]);
  return result;
}

}  // namespace foldproof::testing
