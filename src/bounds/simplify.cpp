// Claim: the result equals the network at every point of the box.
// Proof sketch: a neuron whose pre-activation is proved nonpositive on the box is 0 there; the rest is rebuilt row by
// row, exactly, through NetworkBuilder. Two hinges may differ only by a neuron that is dead on the box: after the
// rebuild they are proportional, and one slope serves both, as it must for the cube tests to be complete.
#include "bounds/simplify.h"

#include <algorithm>

namespace foldproof {

std::optional<Network> without_inactive(const Network& network, const RegionNetwork& region, const Box& box) {
  Bounder bounder;
  bounder.enclose(region, box);
  const std::vector<Phase>& phase = bounder.phase();
  if (std::find(phase.begin(), phase.end(), Phase::inactive) == phase.end()) return std::nullopt;
  NetworkBuilder builder(network.inputs);
  std::vector<AffineRow> value;  // of every variable: inputs, then neurons
  for (int i = 0; i < network.inputs; ++i) value.push_back(builder.input(i));
  const auto rewrite = [&](const AffineRow& row) {
    std::vector<Rational> weights;
    std::vector<const AffineRow*> rows;
    for (const Term& term : row.terms) {
      weights.push_back(term.coefficient);
      rows.push_back(&value[static_cast<std::size_t>(term.variable)]);
    }
    return NetworkBuilder::combine(weights, rows, row.constant);
  };
  for (std::size_t j = 0; j < network.neurons.size(); ++j) {
    value.push_back(phase[j] == Phase::inactive ? NetworkBuilder::constant(Rational(0))
                                                : builder.relu(rewrite(network.neurons[j])));
  }
  std::vector<AffineRow> outputs;
  for (const AffineRow& row : network.outputs) outputs.push_back(rewrite(row));
  return builder.finish(std::move(outputs), network.from);
}

}  // namespace foldproof
