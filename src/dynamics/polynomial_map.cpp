#include "dynamics/polynomial_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dynamics/field_text.h"
#include "foldproof/foldproof.h"
#include "model/weights_file.h"

namespace foldproof {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;

std::string contents(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw InputError(fmt::format("{}: this is a folder; name a .field file", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: the file cannot be read; check the path", path));
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (text.size() > kLargestFile)
    throw InputError(fmt::format("{}: the file is larger than 1 MiB, so it is no field", path));
  return text;
}

}  // namespace

PolynomialMap PolynomialMap::read(const std::string& path, const std::map<std::string, std::string>& set) {
  const std::string text = contents(path);
  PolynomialMap map = euler_map(parse_field(path, text, set));
  map.file = path;
  map.sha256 = sha256_of(text);
  return map;
}

PolynomialMap euler_map(FieldText field) {
  PolynomialMap map;
  map.constants = std::move(field.constants);
  for (std::size_t i = 0; i < field.derivatives.size(); ++i) {
    Polynomial component = field.derivatives[i];
    component *= field.tau;
    component += Polynomial::variable(field.ring, static_cast<int>(i));
    map.components.push_back(std::move(component));
  }
  return map;
}

std::vector<Rational> PolynomialMap::evaluate(const std::vector<Rational>& x) const {
  std::vector<Rational> result;
  for (const Polynomial& component : components) result.push_back(component.evaluate(x));
  return result;
}

Polynomial PolynomialMap::determinant() const {
  const auto slope = [&](std::size_t i, int variable) { return components[i].derivative(variable); };
  return dimension() == 1 ? slope(0, 0) : slope(0, 0) * slope(1, 1) - slope(0, 1) * slope(1, 0);
}

DoubleMap::DoubleMap(const PolynomialMap& map) : highest_(map.components.size(), 0) {
  for (const Polynomial& component : map.components) {
    std::vector<Term>& terms = components_.emplace_back();
    for (Monomial& monomial : component.monomials()) {
      for (std::size_t i = 0; i < highest_.size(); ++i) highest_[i] = std::max(highest_[i], monomial.exponents[i]);
      terms.push_back({monomial.coefficient.nearest_double(), std::move(monomial.exponents)});
    }
  }
}

std::vector<double> DoubleMap::operator()(const std::vector<double>& x) const {
  std::vector<std::vector<double>> powers;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double>& own = powers.emplace_back(1, 1.0);
    for (unsigned k = 0; k < highest_[i]; ++k) own.push_back(own.back() * x[i]);
  }
  std::vector<double> result;
  for (const std::vector<Term>& terms : components_) {
    double sum = 0;
    for (const Term& term : terms) {
      double product = term.coefficient;
      for (std::size_t i = 0; i < x.size(); ++i) product *= powers[i][term.exponents[i]];
      sum += product;
    }
    result.push_back(sum);
  }
  return result;
}

}  // namespace foldproof
