// For libFuzzer: most mutations of a file that is an ONNX model change its graph; the others change bytes.
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

const char* const operators[] = {"Add",     "Cast",    "Clip",      "Concat",   "Constant", "ConstantOfShape", "Conv",
                                 "Div",     "Dropout", "Flatten",   "Gather",   "Gemm",     "Identity",        "MatMul",
                                 "Mul",     "Neg",     "Relu",      "Reshape",  "Shape",    "Slice",           "Split",
                                 "Squeeze", "Sub",     "Transpose", "Unsqueeze"};
const char* const attributes[] = {"allowzero",   "alpha", "axes",        "axis",         "beta",      "end",
                                  "num_outputs", "perm",  "split",       "start",        "to",        "transA",
                                  "transB",      "value", "value_float", "value_floats", "value_int", "value_ints"};
constexpr std::int64_t integers[] = {0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     5,
                                     -1,
                                     -2,
                                     -3,
                                     7,
                                     8,
                                     16,
                                     100,
                                     255,
                                     1000,
                                     65536,
                                     2147483647,
                                     2147483648,
                                     -2147483648,
                                     4294967296,
                                     4611686018427387904,
                                     9223372036854775807,
                                     -9223372036854775807 - 1};
constexpr int types[] = {1, 6, 7, 9, 10, 11, 16, 0, 2, 3, 5, 8, 12, 13, 14, 17, 20, 21, 22, 999};

class Mutation {
 public:
  Mutation(unsigned seed, onnx::ModelProto& model) : random_(seed), model_(model), graph_(*model.mutable_graph()) {}

  int below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

  void change() {
    const int kind = below(20);
    if (kind < 5 && graph_.node_size() > 0) {
      change_inputs(*pick(*graph_.mutable_node()));
    } else if (kind < 9 && graph_.node_size() > 0) {
      change_attribute(*pick(*graph_.mutable_node()));
    } else if (kind < 11 && graph_.node_size() > 0) {
      pick(*graph_.mutable_node())->set_op_type(operators[below(std::size(operators))]);
    } else if (kind < 14 && graph_.node_size() > 0) {
      change_list(*graph_.mutable_node());
    } else if (kind < 17 && graph_.initializer_size() > 0) {
      change_tensor(*pick(*graph_.mutable_initializer()));
    } else if (kind == 17 && graph_.input_size() > 0) {
      auto* const type = pick(*graph_.mutable_input())->mutable_type()->mutable_tensor_type();
      if (below(4) == 0) type->set_elem_type(types[below(std::size(types))]);
      change_list(*type->mutable_shape()->mutable_dim());
      if (type->shape().dim_size() > 0)
        pick(*type->mutable_shape()->mutable_dim())->set_dim_value(below(30) == 0 ? integer() : below(6));
    } else if (kind == 18 && graph_.output_size() > 0) {
      pick(*graph_.mutable_output())->set_name(name());
    } else if (model_.opset_import_size() > 0) {
      pick(*model_.mutable_opset_import())->set_version(below(24));
    }
  }

 private:
  std::int64_t integer() { return integers[below(below(4) == 0 ? static_cast<int>(std::size(integers)) : 10)]; }

  template <class List>
  typename List::value_type* pick(List& list) {
    return list.Mutable(below(list.size()));
  }

  /// One element dropped, doubled or moved.
  template <class List>
  void change_list(List& list) {
    const int kind = below(3);
    if (kind == 0 && list.size() > 1) {
      list.SwapElements(below(list.size()), list.size() - 1);
      list.RemoveLast();
    } else if (kind == 1 && !list.empty()) {
      const auto copy = list[below(list.size())];
      *list.Add() = copy;
    } else if (!list.empty()) {
      list.SwapElements(below(list.size()), below(list.size()));
    }
  }

  std::string name() {
    const int kind = below(8);
    if (kind < 4 && graph_.node_size() > 0) {
      const onnx::NodeProto& node = graph_.node(below(graph_.node_size()));
      if (node.output_size() > 0) return node.output(below(node.output_size()));
    }
    if (kind < 6 && graph_.initializer_size() > 0) return graph_.initializer(below(graph_.initializer_size())).name();
    return kind == 6 || graph_.input_size() == 0 ? "" : graph_.input(below(graph_.input_size())).name();
  }

  void change_inputs(onnx::NodeProto& node) {
    if (below(4) == 0) node.add_input(name());
    if (below(4) == 0) change_list(*node.mutable_input());
    if (below(8) == 0) node.add_output("o" + std::to_string(below(9)));
    if (node.input_size() > 0) *pick(*node.mutable_input()) = name();
  }

  void change_attribute(onnx::NodeProto& node) {
    change_list(*node.mutable_attribute());
    if (node.attribute_size() == 0 || below(3) == 0) {
      onnx::AttributeProto& added = *node.add_attribute();
      added.set_name(attributes[below(std::size(attributes))]);
      added.set_type(static_cast<onnx::AttributeProto::AttributeType>(1 + below(8)));
    }
    onnx::AttributeProto& attribute = *pick(*node.mutable_attribute());
    if (below(6) == 0) attribute.set_name(attributes[below(std::size(attributes))]);
    if (attribute.type() == onnx::AttributeProto::FLOAT) {
      attribute.set_f(static_cast<float>(integer()) / 8.0F);
    } else if (attribute.type() == onnx::AttributeProto::INTS) {
      if (below(3) == 0) attribute.add_ints(integer());
      change_numbers(*attribute.mutable_ints());
    } else if (attribute.type() == onnx::AttributeProto::FLOATS) {
      attribute.add_floats(static_cast<float>(integer()));
    } else if (attribute.type() == onnx::AttributeProto::TENSOR) {
      change_tensor(*attribute.mutable_t());
    } else {
      attribute.set_i(integer());
    }
  }

  template <class List>
  void change_numbers(List& list) {
    change_list(list);
    if (!list.empty()) list.Set(below(list.size()), static_cast<typename List::value_type>(integer()));
  }

  void change_tensor(onnx::TensorProto& tensor) {
    const int kind = below(7);
    if (kind < 2) {
      if (below(3) == 0) tensor.add_dims(integer());
      change_numbers(*tensor.mutable_dims());
    } else if (kind == 2) {
      tensor.set_data_type(types[below(std::size(types))]);
    } else if (kind == 3) {
      if (below(2) == 0) tensor.add_int64_data(integer());
      change_numbers(*tensor.mutable_int64_data());
    } else if (kind == 4) {
      tensor.add_float_data(static_cast<float>(integer()));
      change_numbers(*tensor.mutable_int32_data());
    } else {
      std::string& raw = *tensor.mutable_raw_data();
      const std::size_t before = raw.size();
      raw.resize(before + 8);
      raw.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(raw.data()), before, raw.size()));
      if (below(4) != 0) raw.resize(before);
    }
  }

  std::minstd_rand random_;
  onnx::ModelProto& model_;
  onnx::GraphProto& graph_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  onnx::ModelProto model;
  if (seed % 4 == 0 || !model.ParseFromArray(data, static_cast<int>(size)) || !model.has_graph()) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  Mutation mutation(seed, model);
  for (int count = 1 + mutation.below(3); count > 0; --count) mutation.change();
  const std::size_t bytes = model.ByteSizeLong();
  if (bytes > max_size || !model.SerializeToArray(data, static_cast<int>(bytes))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  return bytes;
}
