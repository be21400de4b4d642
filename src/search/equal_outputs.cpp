// Claim: if holds() says so, A(x) = A(y) implies B(x) = B(y) on the pair of boxes.
// Proof sketch: every pre-activation and output is an affine form of x (or y) and of the outputs of the neurons that
// are not decided on its box. S is a set of such forms in (x, y) that vanish whenever A(x) = A(y): at first the
// differences of A's outputs. If z_j(x) - z_j(y) is in the span of S, then z_j(x) = z_j(y), so the outputs of neuron j
// are the same and their difference may join S. If at the end all differences of B's outputs are in the span, they
// vanish; if a constant other than 0 is, A(x) = A(y) is impossible. All of it in rationals; the span is kept in echelon
// form.
#include "search/equal_outputs.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "number/scalar.h"

namespace foldproof {

namespace {

// An affine form: variable -> coefficient, and the constant under its own key.
using Form = std::map<int, Rational>;
constexpr int constant = -1;

void add(Form& form, const Rational& factor, const Form& other) {
  for (const auto& [variable, coefficient] : other) {
    const auto place = form.try_emplace(variable).first;
    place->second.add_product(factor, coefficient);
    if (place->second.is_zero()) form.erase(place);
  }
}

class Span {
 public:
  /// What is left of a form after elimination: empty if it is in the span.
  Form rest(Form form) const {
    for (const auto& [pivot, row] : rows_) {
      const auto entry = form.find(pivot);
      if (entry != form.end()) add(form, -entry->second, row);
    }
    return form;
  }
  void insert(const Form& form) {
    Form left = rest(form);
    if (left.empty()) return;
    const auto pivot = left.rbegin();
    if (pivot->first == constant) {
      impossible_ = true;
      return;
    }
    const Rational scale = Rational(1) / pivot->second;
    const int variable = pivot->first;
    for (auto& [key, coefficient] : left) coefficient *= scale;
    rows_.emplace_back(variable, std::move(left));
  }
  /// A constant other than 0 is in the span.
  bool impossible() const { return impossible_; }

 private:
  std::vector<std::pair<int, Form>> rows_;  // with coefficient 1 at the pivot, which no later row has
  bool impossible_ = false;
};

// Pre-activations, what stands for the neurons' outputs, and the network's outputs on one box.
struct Forms {
  std::vector<Form> z, h, output;
};

Forms forms_on(const Problem& problem, const std::vector<Phase>& phase, const std::vector<int>& order, int shift) {
  const Network& network = *problem.network;
  const int n = network.inputs;
  Forms forms;
  forms.z.resize(network.neurons.size());
  forms.h.resize(network.neurons.size());
  const auto compose = [&](const AffineRow& row) {
    Form form;
    if (!row.constant.is_zero()) form[constant] = row.constant;
    for (const Term& term : row.terms) {
      if (term.variable < n) {
        add(form, term.coefficient, {{shift + term.variable, Rational(1)}});
      } else {
        add(form, term.coefficient, forms.h[at(term.variable - n)]);
      }
    }
    return form;
  };
  for (const int j : order) {
    forms.z[at(j)] = compose(network.neurons[at(j)]);
    if (phase[at(j)] == Phase::active) forms.h[at(j)] = forms.z[at(j)];
    if (phase[at(j)] == Phase::unstable) forms.h[at(j)] = {{shift + n + j, Rational(1)}};
  }
  for (const AffineRow& row : network.outputs) forms.output.push_back(compose(row));
  return forms;
}

Form difference(const Form& a, const Form& b) {
  Form result = a;
  add(result, Rational(-1), b);
  return result;
}

}  // namespace

bool EqualOutputs::holds(const Box& x, const Box& y) const {
  const Network& network = *problem_.network;
  std::vector<int> order(network.neurons.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return network.number[at(a)] < network.number[at(b)]; });
  Bounder bounder;
  const auto forms = [&](const Box& box, int shift) {
    bounder.enclose(root_, box);
    std::vector<Phase> phase = bounder.phase();
    for (std::size_t j = 0; j < phase.size() && problem_.margin > 0.0; ++j) {
      const double low = bounder.lower(static_cast<int>(j));
      const double high = bounder.upper(static_cast<int>(j));
      if (low < problem_.margin * (high - low) && high > problem_.margin * (low - high)) phase[j] = Phase::unstable;
    }
    return forms_on(problem_, phase, order, shift);
  };
  const Forms on_x = forms(x, 0);
  const Forms on_y = forms(y, network.inputs + network.neuron_count());
  Span span;
  for (int k = 0; k < problem_.outputs_of_a; ++k) span.insert(difference(on_x.output[at(k)], on_y.output[at(k)]));
  for (const int j : order) {
    if (span.impossible()) return true;
    const Form z = difference(on_x.z[at(j)], on_y.z[at(j)]);
    if (span.rest(z).empty()) span.insert(difference(on_x.h[at(j)], on_y.h[at(j)]));
  }
  if (span.impossible()) return true;
  for (int k = problem_.outputs_of_a; k < network.output_count(); ++k) {
    if (!span.rest(difference(on_x.output[at(k)], on_y.output[at(k)])).empty()) return false;
  }
  return true;
}

}  // namespace foldproof
