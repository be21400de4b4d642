#include "model/evaluate.h"

#include <cmath>
#include <utility>

namespace foldproof {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

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

FloatEvaluator::Row FloatEvaluator::to_float(const AffineRow& row) {
  Row result{{}, row.constant.nearest_double()};
  result.terms.reserve(row.terms.size());
  for (const Term& term : row.terms) result.terms.emplace_back(term.variable, term.coefficient.nearest_double());
  return result;
}

FloatEvaluator::FloatEvaluator(const Network& network) : inputs_(network.inputs) {
  for (const AffineRow& row : network.neurons) neuron_.push_back(to_float(row));
  for (const AffineRow& row : network.outputs) output_.push_back(to_float(row));
}

std::vector<double> FloatEvaluator::value(const std::vector<double>& x) const {
  std::vector<double> variable = x;
  variable.reserve(x.size() + neuron_.size());
  const auto value_of = [&](const Row& row) {
    double sum = row.constant;
    for (const auto& [index, weight] : row.terms) sum += weight * variable[at(index)];
    return sum;
  };
  for (const Row& row : neuron_) variable.push_back(std::max(0.0, value_of(row)));
  std::vector<double> result;
  for (const Row& row : output_) result.push_back(value_of(row));
  return result;
}

std::vector<double> FloatEvaluator::jacobian(const std::vector<double>& x) const {
  const std::size_t n = x.size();
  std::vector<double> variable = x;
  std::vector<double> gradient((n + neuron_.size()) * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) gradient[i * n + i] = 1.0;
  std::vector<double> row_gradient(n);
  const auto differentiate = [&](const Row& row) {
    double sum = row.constant;
    row_gradient.assign(n, 0.0);
    for (const auto& [index, weight] : row.terms) {
      if (at(index) >= n && variable[at(index)] <= 0.0) continue;
      sum += weight * variable[at(index)];
      for (std::size_t i = 0; i < n; ++i) row_gradient[i] += weight * gradient[at(index) * n + i];
    }
    return sum;
  };
  for (const Row& row : neuron_) {
    const double z = differentiate(row);
    if (z > 0.0) {
      const auto place = gradient.begin() + static_cast<std::ptrdiff_t>(variable.size() * n);
      std::copy(row_gradient.begin(), row_gradient.end(), place);
    }
    variable.push_back(std::max(0.0, z));
  }
  std::vector<double> result;
  for (const Row& row : output_) {
    differentiate(row);
    result.insert(result.end(), row_gradient.begin(), row_gradient.end());
  }
  return result;
}

double FloatEvaluator::determinant(const std::vector<double>& x) const {
  std::vector<double> a = jacobian(x);
  const std::size_t n = x.size();
  double det = 1.0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    }
    if (a[pivot * n + k] == 0.0) return 0.0;
    if (pivot != k) {
      det = -det;
      for (std::size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[pivot * n + j]);
    }
    det *= a[k * n + k];
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / a[k * n + k];
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return det;
}

}  // namespace foldproof
