// The ground truth beside a network: one forward Euler step, x -> x + tau v(x), of a polynomial vector field.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dynamics/field_text.h"
#include "dynamics/polynomial.h"

namespace foldproof {

struct PolynomialMap {
  std::string file, sha256;
  std::vector<std::pair<std::string, Rational>> constants;  // of the file, tau among them, as set
  std::vector<Polynomial> components;

  /// Reads a .field file (field_text.h). @throws InputError naming file, line and column.
  static PolynomialMap read(const std::string& path, const std::map<std::string, std::string>& set);

  const RingPointer& ring() const { return components.front().ring(); }
  int dimension() const { return static_cast<int>(components.size()); }
  std::vector<Rational> evaluate(const std::vector<Rational>& x) const;
  /// det of the Jacobian matrix. @pre dimension() <= 2
  Polynomial determinant() const;
};

/// x + tau v(x). file and sha256 stay empty.
PolynomialMap euler_map(FieldText field);

/// The same map in double precision, for many evaluations.
class DoubleMap {
 public:
  explicit DoubleMap(const PolynomialMap& map);
  std::vector<double> operator()(const std::vector<double>& x) const;

 private:
  struct Term {
    double coefficient;
    std::vector<unsigned> exponents;
  };
  std::vector<std::vector<Term>> components_;
  std::vector<unsigned> highest_;  // exponent of each variable
};

}  // namespace foldproof
