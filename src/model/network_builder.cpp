// Claim: every row handed out denotes the same real function as the expression it was asked for, and no two
// neurons have proportional pre-activations.
// Proof sketch: if a = r b as affine functions with r > 0 then relu(a) = r relu(b); with r < 0,
// relu(a) = -r relu(-b) = -r (relu(b) - b) = -r relu(b) + a. So one neuron per line {r b} is enough, and the two
// slopes of 1.1 that were tied by a common hinge become one slope (MATHEMATICS 1.4).
// Lines are found by hashing: h(a) = (sum_v k_v a_v) / a_first modulo a prime, with a fixed key k_v per
// variable, is the same for all multiples of a. Candidates are then compared exactly, so a collision costs
// time only. Where the prime divides a denominator or a_first, the multiple with leading coefficient 1 is
// hashed, and 0 stands for lines whose h does not exist: both depend on the line alone.
#include <flint/nmod_vec.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

#include "model/network.h"

namespace foldproof {

namespace {

constexpr ulong prime = (1UL << 61U) - 1;

// A fixed pseudo-random number below the prime (the finaliser of SplitMix64).
ulong key_of(int variable) {
  ulong z = static_cast<ulong>(variable + 2) * 0x9e3779b97f4a7c15UL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebUL;
  return (z ^ (z >> 31U)) % prime;
}

// h(row), if it exists. The sum is kept as a fraction, so one inversion at the end is enough.
std::optional<ulong> projective_hash(const AffineRow& row) {
  nmod_t mod;
  nmod_init(&mod, prime);
  ulong numerator = 0;
  ulong denominator = 1;
  const auto add = [&](ulong key, const Rational& x) {
    const ulong p = nmod_mul(key, fmpz_fdiv_ui(fmpq_numref(x.raw()), prime), mod);
    const ulong q = fmpz_fdiv_ui(fmpq_denref(x.raw()), prime);
    numerator = nmod_add(nmod_mul(numerator, q, mod), nmod_mul(p, denominator, mod), mod);
    denominator = nmod_mul(denominator, q, mod);
  };
  for (const Term& term : row.terms) add(key_of(term.variable), term.coefficient);
  add(key_of(-1), row.constant);
  const Rational& first = row.terms.front().coefficient;
  const ulong first_numerator = fmpz_fdiv_ui(fmpq_numref(first.raw()), prime);
  const ulong first_denominator = fmpz_fdiv_ui(fmpq_denref(first.raw()), prime);
  const ulong divisor = nmod_mul(denominator, first_numerator, mod);
  if (divisor == 0) return std::nullopt;
  return nmod_mul(nmod_mul(numerator, first_denominator, mod), nmod_inv(divisor, mod), mod);
}

// The same for all multiples of a row.
ulong line_hash(const AffineRow& row) {
  if (const auto hash = projective_hash(row)) return *hash;
  return projective_hash(NetworkBuilder::scale(row, Rational(1) / row.terms.front().coefficient)).value_or(0);
}

// r with a = r b, if there is one. @pre neither row is constant
std::optional<Rational> ratio(const AffineRow& a, const AffineRow& b) {
  if (a.terms.size() != b.terms.size()) return std::nullopt;
  const Rational r = a.terms.front().coefficient / b.terms.front().coefficient;
  for (std::size_t i = 0; i < a.terms.size(); ++i) {
    if (a.terms[i].variable != b.terms[i].variable) return std::nullopt;
    if (a.terms[i].coefficient != r * b.terms[i].coefficient) return std::nullopt;
  }
  if (a.constant != r * b.constant) return std::nullopt;
  return r;
}

bool by_variable(const Term& a, const Term& b) { return a.variable < b.variable; }

// Unit factors are common (inputs, plain ReLU outputs, additions) and free.
Rational product(const Rational& a, const Rational& b) {
  if (fmpq_is_one(a.raw())) return b;
  if (fmpq_is_one(b.raw())) return a;
  return a * b;
}

// The terms of the sum when rows overlap much: one accumulator per variable of a window.
void sum_in_window(std::span<const Rational> weights, std::span<const AffineRow* const> rows, int first,
                   std::size_t width, std::vector<Term>& result) {
  std::vector<Rational> sums(width);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].is_zero()) continue;
    for (const Term& term : rows[i]->terms) {
      sums[static_cast<std::size_t>(term.variable - first)].add_product(weights[i], term.coefficient);
    }
  }
  for (std::size_t v = 0; v < width; ++v) {
    if (!sums[v].is_zero()) result.push_back({first + static_cast<int>(v), std::move(sums[v])});
  }
}

// The same when they overlap little: all products, sorted, equal variables summed in place.
void sum_by_sorting(std::span<const Rational> weights, std::span<const AffineRow* const> rows,
                    std::vector<Term>& result) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].is_zero()) continue;
    for (const Term& term : rows[i]->terms) {
      result.push_back({term.variable, product(weights[i], term.coefficient)});
    }
  }
  if (!std::is_sorted(result.begin(), result.end(), by_variable)) {
    std::stable_sort(result.begin(), result.end(), by_variable);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < result.size();) {
    Term sum = std::move(result[i++]);
    while (i < result.size() && result[i].variable == sum.variable) sum.coefficient += result[i++].coefficient;
    if (!sum.coefficient.is_zero()) result[kept++] = std::move(sum);
  }
  result.resize(kept, Term{0, Rational(0)});
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
  int first = std::numeric_limits<int>::max();
  int last = -1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].is_zero()) continue;
    if (!rows[i]->constant.is_zero()) result.constant.add_product(weights[i], rows[i]->constant);
    if (rows[i]->terms.empty()) continue;
    used += rows[i]->terms.size();
    first = std::min(first, rows[i]->terms.front().variable);
    last = std::max(last, rows[i]->terms.back().variable);
  }
  if (used == 0) return result;
  const auto width = static_cast<std::size_t>(last - first) + 1;
  result.terms.reserve(std::min(used, width));
  if (2 * width <= used) {
    sum_in_window(weights, rows, first, width, result.terms);
  } else {
    sum_by_sorting(weights, rows, result.terms);
  }
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
  if (treatment_ == Hinges::keep) {
    number_.push_back(static_cast<int>(neurons_.size()));
    neurons_.push_back(row);
    return {{{inputs_ + number_.back(), Rational(1)}}, Rational(0)};
  }
  const ulong hash = line_hash(row);
  for (auto [known, end] = hinges_.equal_range(hash); known != end; ++known) {
    const int neuron = known->second;
    const std::optional<Rational> r = ratio(row, neurons_[static_cast<std::size_t>(neuron)]);
    if (!r) continue;
    AffineRow merged{{{inputs_ + neuron, abs(*r)}}, Rational(0)};
    return r->sign() > 0 ? merged : add(row, merged);
  }
  const int neuron = static_cast<int>(neurons_.size());
  hinges_.emplace(hash, neuron);
  neurons_.push_back(row);
  number_.push_back(relus_seen_ - 1);
  return {{{inputs_ + neuron, Rational(1)}}, Rational(0)};
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
  std::vector<bool> needed(count, treatment_ == Hinges::keep);
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
  if (treatment_ == Hinges::merge) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return layer[a] < layer[b]; });
  }

  std::vector<int> renumbered(count, -1);
  for (std::size_t k = 0; k < order.size(); ++k) renumbered[order[k]] = static_cast<int>(k);
  const auto renumber = [&](AffineRow row) {
    for (Term& term : row.terms) {
      if (term.variable >= inputs_) {
        term.variable = inputs_ + renumbered[static_cast<std::size_t>(term.variable - inputs_)];
      }
    }
    std::sort(row.terms.begin(), row.terms.end(), by_variable);
    return row;
  };
  Network network;
  network.inputs = inputs_;
  network.from = std::move(from);
  for (const std::size_t j : order) {
    network.neurons.push_back(renumber(neurons_[j]));
    network.layer.push_back(layer[j]);
    network.number.push_back(number_[j]);
  }
  for (AffineRow& row : outputs) network.outputs.push_back(renumber(std::move(row)));
  return network;
}

Network scale_inputs(const Network& network, const std::vector<Rational>& factors) {
  Network result = network;
  for (std::vector<AffineRow>* rows : {&result.neurons, &result.outputs}) {
    for (AffineRow& row : *rows) {
      for (Term& term : row.terms) {
        if (term.variable < network.inputs) term.coefficient *= factors[static_cast<std::size_t>(term.variable)];
      }
    }
  }
  return result;
}

Network join(const Network& a, const Network& b) {
  Network result = a;
  const auto shifted = [&](AffineRow row) {
    for (Term& term : row.terms) {
      if (term.variable >= b.inputs) term.variable += a.neuron_count();
    }
    return row;
  };
  for (const AffineRow& row : b.neurons) result.neurons.push_back(shifted(row));
  for (const AffineRow& row : b.outputs) result.outputs.push_back(shifted(row));
  result.layer.clear();
  result.number.clear();
  return result;
}

Network merge_hinges(const Network& as_read) { return merge_hinges(as_read, {}); }

Network merge_hinges(const Network& as_read, const std::vector<int>& inactive) {
  const int n = as_read.inputs;
  NetworkBuilder builder(n);
  std::vector<AffineRow> value;  // of every variable: inputs, then neurons
  std::vector<char> is_inactive(as_read.neurons.size(), 0);
  std::vector<char> is_zero(static_cast<std::size_t>(n) + as_read.neurons.size(), 0);  // variables of the builder
  for (const int j : inactive) is_inactive[static_cast<std::size_t>(j)] = 1;
  for (int i = 0; i < n; ++i) value.push_back(builder.input(i));
  const auto rewrite = [&](const AffineRow& row) {
    std::vector<Rational> weights;
    std::vector<const AffineRow*> rows;
    for (const Term& term : row.terms) {
      weights.push_back(term.coefficient);
      rows.push_back(&value[static_cast<std::size_t>(term.variable)]);
    }
    return NetworkBuilder::combine(weights, rows, row.constant);
  };
  for (std::size_t j = 0; j < as_read.neurons.size(); ++j) {
    const int before = builder.neuron_count();
    AffineRow result = builder.relu(rewrite(as_read.neurons[j]));
    if (is_inactive[j]) {
      // Its hinge stays known to the builder; where a later parallel neuron uses its variable, that is 0.
      if (builder.neuron_count() > before) is_zero[static_cast<std::size_t>(n + before)] = 1;
      result = NetworkBuilder::constant(Rational(0));
    }
    std::erase_if(result.terms,
                  [&](const Term& term) { return is_zero[static_cast<std::size_t>(term.variable)] != 0; });
    value.push_back(std::move(result));
  }
  std::vector<AffineRow> outputs;
  for (const AffineRow& row : as_read.outputs) outputs.push_back(rewrite(row));
  return builder.finish(std::move(outputs), as_read.from);
}

}  // namespace foldproof
