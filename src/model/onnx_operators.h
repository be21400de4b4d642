// The ONNX operators that are read, each as a function from exact tensors to exact tensors.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_data.h"

namespace foldproof {

/// One node: its inputs resolved, its attributes ticked off as they are read.
class OnnxNode {
 public:
  OnnxNode(const onnx::NodeProto& proto, int opset, std::vector<const Tensor*> inputs, TensorAlgebra& algebra,
           OnnxData& data)
      : proto_(proto), opset_(opset), inputs_(std::move(inputs)), algebra_(algebra), data_(data) {}

  int opset() const { return opset_; }
  TensorAlgebra& algebra() const { return algebra_; }

  bool has_input(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  /// Throws Refusal if the input is absent.
  const Tensor& input(std::size_t i) const;
  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return static_cast<std::size_t>(proto_.output_size()); }

  bool has_attribute(std::string_view name) const { return find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  std::optional<std::vector<std::int64_t>> integers(std::string_view name) const;
  /// Exactly the float32 stored in the file.
  Rational real(std::string_view name, const Rational& otherwise) const;
  std::optional<std::vector<Rational>> reals(std::string_view name) const;
  std::optional<Tensor> tensor(std::string_view name) const;
  /// For attributes that change nothing here.
  void ignore(std::string_view name) const { read_.emplace(name); }

  /// Throws Refusal if the node has an attribute that its operator did not read.
  void require_all_attributes_read() const;

 private:
  const onnx::AttributeProto* find(std::string_view name) const;
  const onnx::AttributeProto* find(std::string_view name, onnx::AttributeProto::AttributeType type) const;

  const onnx::NodeProto& proto_;
  int opset_;
  std::vector<const Tensor*> inputs_;
  TensorAlgebra& algebra_;
  OnnxData& data_;
  mutable std::set<std::string, std::less<>> read_;
};

/// An operator of the default ONNX domain: how many inputs it takes and what it computes.
struct OnnxOperator {
  std::size_t least_inputs, most_inputs;
  std::vector<Tensor> (*apply)(const OnnxNode&);
};

/// The operator of this name, or nullptr if it is not supported.
const OnnxOperator* find_operator(std::string_view name);

/// Why this operator is not supported and what to do, for a refusal; a general answer if nothing special is known.
std::string advice_about(std::string_view name);

}  // namespace foldproof
