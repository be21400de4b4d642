#include <fmt/format.h>

#include "foldproof/foldproof.h"
#include "model/evaluate.h"
#include "model/layers.h"
#include "model/onnx_reader.h"
#include "model/weights_file.h"
#include "number/decimal.h"

namespace foldproof {

Model Model::load(const std::string& path, const ModelOptions& options) {
  return Model(std::make_shared<const Network>(read_onnx(path, options)));
}

Model Model::from_bytes(std::string_view bytes, const std::string& name, const ModelOptions& options) {
  return Model(std::make_shared<const Network>(read_onnx(name, bytes, options)));
}

Model Model::from_layers(const std::vector<Layer>& layers, const std::string& name, const ModelOptions& options) {
  return Model(std::make_shared<const Network>(read_layers(layers, name, options)));
}

Model::Model(std::shared_ptr<const Network> as_read)
    : as_read_(std::move(as_read)), network_(std::make_shared<const Network>(merge_hinges(*as_read_))) {}

std::string Model::weights() const { return weights_text(*as_read_); }

std::string Model::hash() const { return network_hash(weights()); }

int Model::inputs() const { return network_->inputs; }

int Model::outputs() const { return network_->output_count(); }

int Model::neurons() const { return network_->neuron_count(); }

std::vector<std::string> Model::evaluate(const std::vector<std::string>& x) const {
  if (x.size() != static_cast<std::size_t>(inputs())) {
    throw InputError(fmt::format("the point has {} where the network has {}; give one each",
                                 count_of(x.size(), "coordinate"), count_of(inputs(), "free input")));
  }
  std::vector<Rational> point;
  for (const std::string& text : x) {
    const std::optional<Rational> value = Rational::parse(text);
    if (!value) throw InputError(fmt::format("'{}' is not a number; write a decimal or p/q", text));
    point.push_back(*value);
  }
  std::vector<std::string> result;
  for (const Rational& value : foldproof::evaluate(*network_, point).output) result.push_back(value.str());
  return result;
}

}  // namespace foldproof
