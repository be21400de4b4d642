#include "model/evaluate.h"

#include <utility>

#include "number/scalar.h"

namespace foldproof {

ExactValue evaluate(const Network& network, const std::vector<Rational>& x) {
  std::vector<Rational> variable = x;
  variable.resize(at(network.inputs + network.neuron_count()));
  ExactValue result;
  const auto value_of = [&](const AffineRow& row) {
    Rational sum = row.constant;
    for (const Term& term : row.terms) {
      if (!variable[at(term.variable)].is_zero()) sum.add_product(term.coefficient, variable[at(term.variable)]);
    }
    return sum;
  };
  for (int j = 0; j < network.neuron_count(); ++j) {
    Rational z = value_of(network.neurons[at(j)]);
    if (z.sign() > 0) variable[at(network.inputs + j)] = z;
    result.pre_activation.push_back(std::move(z));
  }
  for (const AffineRow& row : network.outputs) result.output.push_back(value_of(row));
  return result;
}

ExactPiece affine_piece(const Network& network, const std::vector<bool>& active) {
  const int n = network.inputs;
  ExactPiece piece;
  const auto compose = [&](const AffineRow& row) {
    std::vector<Rational> gradient(at(n));
    Rational constant = row.constant;
    for (const Term& term : row.terms) {
      if (term.variable < n) {
        gradient[at(term.variable)] += term.coefficient;
      } else if (active[at(term.variable - n)]) {
        const AffineRow& source = piece.pre_activation[at(term.variable - n)];
        constant.add_product(term.coefficient, source.constant);
        for (const Term& inner : source.terms) {
          gradient[at(inner.variable)].add_product(term.coefficient, inner.coefficient);
        }
      }
    }
    AffineRow result{{}, std::move(constant)};
    for (int i = 0; i < n; ++i) {
      if (!gradient[at(i)].is_zero()) result.terms.push_back({i, std::move(gradient[at(i)])});
    }
    return result;
  };
  for (const AffineRow& row : network.neurons) piece.pre_activation.push_back(compose(row));
  for (const AffineRow& row : network.outputs) piece.output.push_back(compose(row));
  return piece;
}

std::vector<bool> activation_pattern(const Network& network, const std::vector<Rational>& x) {
  std::vector<bool> active;
  for (const Rational& z : evaluate(network, x).pre_activation) active.push_back(z.sign() > 0);
  return active;
}

}  // namespace foldproof
