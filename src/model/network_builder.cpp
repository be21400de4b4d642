// Claim: every row handed out denotes the same real function as the expression it was asked for.
// Proof sketch: a row is scaled by 1/|leading coefficient| to a canonical row z; relu(a z) = a relu(z) for
// a > 0, so one neuron per canonical row is enough. If the canonical row of -z is known already,
// relu(z) = relu(-z) + z. Both identities hold for all reals, so the network is unchanged as a function,
// while the two slopes of 1.1 that were tied by a common hinge become one slope (MATHEMATICS 1.4).
#include <algorithm>
#include <stdexcept>

#include "model/network.h"

namespace foldproof {

namespace {

std::string canonical_key(const AffineRow& row) {
  std::string key;
  for (const Term& term : row.terms) {
    key += std::to_string(term.variable);
    key += ':';
    key += term.coefficient.str();
    key += ' ';
  }
  key += row.constant.str();
  return key;
}

}  // namespace

AffineRow NetworkBuilder::input(int i) const {
  if (i < 0 || i >= inputs_) throw std::out_of_range("input index outside the network");
  return {{{i, Rational(1)}}, Rational(0)};
}

AffineRow NetworkBuilder::constant(Rational value) { return {{}, std::move(value)}; }

AffineRow NetworkBuilder::combine(std::span<const Rational> weights, std::span<const AffineRow* const> rows,
                                  const Rational& bias) {
  AffineRow result{{}, bias};
  std::size_t used = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].is_zero()) continue;
    used += rows[i]->terms.size();
    result.constant.add_product(weights[i], rows[i]->constant);
  }
  result.terms.reserve(used);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].is_zero()) continue;
    for (const Term& term : rows[i]->terms) {
      result.terms.push_back({term.variable, weights[i] * term.coefficient});
    }
  }
  const auto by_variable = [](const Term& a, const Term& b) { return a.variable < b.variable; };
  if (!std::is_sorted(result.terms.begin(), result.terms.end(), by_variable)) {
    std::stable_sort(result.terms.begin(), result.terms.end(), by_variable);
  }
  // Sum runs of equal variables in place, dropping zeros.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < result.terms.size();) {
    Term sum = std::move(result.terms[i++]);
    while (i < result.terms.size() && result.terms[i].variable == sum.variable) {
      sum.coefficient += result.terms[i++].coefficient;
    }
    if (!sum.coefficient.is_zero()) result.terms[kept++] = std::move(sum);
  }
  result.terms.resize(kept, Term{0, Rational(0)});
  return result;
}

AffineRow NetworkBuilder::add(const AffineRow& a, const AffineRow& b, const Rational& factor_of_b) {
  const Rational weights[] = {Rational(1), factor_of_b};
  const AffineRow* const rows[] = {&a, &b};
  return combine(weights, rows, Rational(0));
}

AffineRow NetworkBuilder::scale(const AffineRow& a, const Rational& factor) {
  const AffineRow* const rows[] = {&a};
  return combine({&factor, 1}, rows, Rational(0));
}

AffineRow NetworkBuilder::relu(const AffineRow& row) {
  ++relus_seen_;
  if (row.terms.empty()) return constant(row.constant.sign() > 0 ? row.constant : Rational(0));
  const Rational size = abs(row.terms.front().coefficient);
  const AffineRow canonical = scale(row, Rational(1) / size);
  // A neuron keeps the scale it was first met in, so that its weights stay short dyadics.
  const auto output_of = [&](const Hinge& hinge) {
    return AffineRow{{{inputs_ + hinge.neuron, size / hinge.scale}}, Rational(0)};
  };
  if (const auto known = hinges_.find(canonical_key(canonical)); known != hinges_.end()) {
    return output_of(known->second);
  }
  if (const auto known = hinges_.find(canonical_key(scale(canonical, Rational(-1)))); known != hinges_.end()) {
    return add(row, output_of(known->second));  // relu(z) = relu(-z) + z
  }
  const int neuron = static_cast<int>(neurons_.size());
  hinges_.emplace(canonical_key(canonical), Hinge{neuron, size});
  neurons_.push_back(row);
  return AffineRow{{{inputs_ + neuron, Rational(1)}}, Rational(0)};
}

Network NetworkBuilder::finish(std::vector<AffineRow> outputs, Provenance from) const {
  const std::size_t count = neurons_.size();
  std::vector<int> layer(count, 1);
  for (std::size_t j = 0; j < count; ++j) {
    for (const Term& term : neurons_[j].terms) {
      if (term.variable >= inputs_) {
        layer[j] = std::max(layer[j], layer[static_cast<std::size_t>(term.variable - inputs_)] + 1);
      }
    }
  }
  std::vector<bool> needed(count, false);
  const auto mark = [&](const AffineRow& row) {
    for (const Term& term : row.terms) {
      if (term.variable >= inputs_) needed[static_cast<std::size_t>(term.variable - inputs_)] = true;
    }
  };
  for (const AffineRow& row : outputs) mark(row);
  for (std::size_t j = count; j-- > 0;) {
    if (needed[j]) mark(neurons_[j]);
  }
  std::vector<std::size_t> order;
  for (std::size_t j = 0; j < count; ++j) {
    if (needed[j]) order.push_back(j);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return layer[a] < layer[b]; });

  std::vector<int> renumbered(count, -1);
  for (std::size_t k = 0; k < order.size(); ++k) renumbered[order[k]] = static_cast<int>(k);
  const auto renumber = [&](AffineRow row) {
    for (Term& term : row.terms) {
      if (term.variable >= inputs_) {
        term.variable = inputs_ + renumbered[static_cast<std::size_t>(term.variable - inputs_)];
      }
    }
    std::sort(row.terms.begin(), row.terms.end(),
              [](const Term& a, const Term& b) { return a.variable < b.variable; });
    return row;
  };
  Network network;
  network.inputs = inputs_;
  network.from = std::move(from);
  for (const std::size_t j : order) {
    network.neurons.push_back(renumber(neurons_[j]));
    network.layer.push_back(layer[j]);
  }
  for (AffineRow& row : outputs) network.outputs.push_back(renumber(std::move(row)));
  return network;
}

}  // namespace foldproof
