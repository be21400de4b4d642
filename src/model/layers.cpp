#include "model/layers.h"

#include <fmt/format.h>

#include <cmath>

#include "model/choice.h"
#include "model/tensor.h"

namespace foldproof {

namespace {

Rational exact(double value, std::size_t layer, const char* what, std::size_t row) {
  if (!std::isfinite(value)) {
    throw Refusal(fmt::format("layer {}: row {} of {} holds {}, which is not a finite number; repair the weights",
                              layer, row, what, value));
  }
  return Rational::from_double(value);
}

/// The rows of W x + b.
std::vector<AffineRow> apply(const Layer& layer, std::size_t number, const std::vector<AffineRow>& x) {
  std::vector<const AffineRow*> inputs;
  for (const AffineRow& row : x) inputs.push_back(&row);
  std::vector<AffineRow> result;
  for (std::size_t i = 0; i < layer.W.size(); ++i) {
    if (layer.W[i].size() != x.size()) {
      throw Refusal(
          fmt::format("layer {}: row {} of W has {} numbers where {} values come in; W has one row per output "
                      "and one column per input, so perhaps it is to be transposed",
                      number, i, layer.W[i].size(), x.size()));
    }
    std::vector<Rational> weights;
    for (const double value : layer.W[i]) weights.push_back(exact(value, number, "W", i));
    result.push_back(NetworkBuilder::combine(weights, inputs, exact(layer.b[i], number, "b", i)));
  }
  return result;
}

Network read(const std::vector<Layer>& layers, const std::string& name, const ModelOptions& options) {
  if (layers.empty()) throw Refusal("there are no layers; give at least one pair (W, b)");
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (layers[k].W.empty()) throw Refusal(fmt::format("layer {}: W has no rows; give one row per output", k));
    if (layers[k].b.size() != layers[k].W.size()) {
      throw Refusal(fmt::format("layer {}: b has {} numbers where W has {} rows; give one number per row", k,
                                layers[k].b.size(), layers[k].W.size()));
    }
  }
  Provenance from;
  from.file = name;
  from.file_inputs = static_cast<int>(layers.front().W.front().size());
  if (from.file_inputs == 0) throw Refusal("layer 0: W has no columns; give one column per input");
  from.fixed = fixed_inputs(options, from.file_inputs);
  NetworkBuilder builder(from.file_inputs - static_cast<int>(from.fixed.size()), Hinges::keep);

  std::vector<AffineRow> values;
  int variable = 0;
  for (int i = 0; i < from.file_inputs; ++i) {
    const auto fixed = from.fixed.find(i);
    values.push_back(fixed == from.fixed.end() ? builder.input(variable++) : NetworkBuilder::constant(fixed->second));
  }
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (k > 0) {
      for (AffineRow& value : values) value = builder.relu(value);
    }
    values = apply(layers[k], k, values);
  }
  from.file_outputs = static_cast<int>(values.size());
  from.file_neurons = builder.relus_seen();
  from.outputs_kept = kept_outputs(options, from.file_outputs);
  std::vector<AffineRow> chosen;
  for (const int output : from.outputs_kept) chosen.push_back(values[static_cast<std::size_t>(output)]);
  return builder.finish(std::move(chosen), std::move(from));
}

}  // namespace

Network read_layers(const std::vector<Layer>& layers, const std::string& name, const ModelOptions& options) {
  try {
    return read(layers, name, options);
  } catch (const Refusal& reason) {
    throw InputError(fmt::format("{}: {}", name, reason.what()));
  }
}

}  // namespace foldproof
