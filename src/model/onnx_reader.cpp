// Claim: the Network that is returned computes, in real arithmetic, the function the graph's stored weights
// define, at the fixed inputs and for the chosen outputs.
// Proof sketch: nodes are visited in file order, and a name is used only after it was made, so by induction
// every tensor here holds the exact affine rows of the ONNX tensor of its name: constants are decoded
// exactly, inputs are unit rows (or fixed constants), and each operator either moves rows about or combines
// them exactly (tensor.h). What is not understood to the last attribute is refused, never skipped; a node no
// output depends on is left out. Files are hostile until shown otherwise: sizes are checked against the bytes
// present before anything is allocated, and the total work is bounded.
#include "model/onnx_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "model/choice.h"
#include "model/onnx_operators.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr std::int64_t oldest_opset = 9;
constexpr std::int64_t newest_opset = 28;

std::string label_of(const onnx::NodeProto& node, int place) {
  const std::string type = printable(node.op_type());
  if (!node.name().empty()) return fmt::format("node {} ({})", in_quotes(node.name()), type);
  const std::string made = node.output_size() > 0 ? fmt::format(", making {}", in_quotes(node.output(0))) : "";
  return fmt::format("node {} ({}{})", place, type, made);
}

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int opset_of(const onnx::ModelProto& model) {
  for (const auto& entry : model.opset_import()) {
    if (!is_default_domain(entry.domain())) continue;
    if (entry.version() < oldest_opset) {
      throw Refusal(
          fmt::format("the opset {} is too old; export again with opset {} or newer", entry.version(), oldest_opset));
    }
    if (entry.version() > newest_opset) {
      throw Refusal(fmt::format("the opset {} is newer than this program knows; export again with opset {} or older",
                                entry.version(), newest_opset));
    }
    return static_cast<int>(entry.version());
  }
  throw Refusal("the file names no ONNX opset, so it is truncated or no network; export it again");
}

using Inputs = std::vector<const onnx::ValueInfoProto*>;

/// Graph inputs that are not merely initialisers listed again, as files of IR version 3 do.
Inputs free_inputs(const onnx::GraphProto& graph) {
  std::unordered_set<std::string_view> stored;
  for (const auto& tensor : graph.initializer()) stored.insert(tensor.name());
  Inputs inputs;
  for (const auto& input : graph.input()) {
    if (!stored.contains(input.name())) inputs.push_back(&input);
  }
  return inputs;
}

/// The static shape of an input, with a dynamic batch dimension (the first) taken as 1.
Shape shape_of(const onnx::ValueInfoProto& input) {
  if (!input.type().has_tensor_type()) {
    throw Refusal(fmt::format("the input {} is not a tensor; export with tensors only", in_quotes(input.name())));
  }
  const auto& type = input.type().tensor_type();
  if (!type.has_shape()) {
    throw Refusal(fmt::format("the input {} has a dynamic shape; export with static shapes", in_quotes(input.name())));
  }
  Shape shape;
  for (const auto& extent : type.shape().dim()) {
    const bool is_static = extent.has_dim_value() && extent.dim_value() > 0;
    if (!is_static && !shape.empty()) {
      throw Refusal(
          fmt::format("the input {} has a dynamic shape: axis {} has no fixed size; export with static "
                      "shapes (only the batch axis may be dynamic)",
                      in_quotes(input.name()), shape.size()));
    }
    shape.push_back(is_static ? extent.dim_value() : 1);
  }
  return shape;
}

ElementType type_of(const onnx::ValueInfoProto& input) {
  try {
    const ElementType type = element_type(input.type().tensor_type().elem_type());
    if (is_integer(type) || type == ElementType::boolean) {
      throw Refusal(fmt::format("has the element type {}; export with floating-point inputs", name_of(type)));
    }
    return type;
  } catch (const Refusal& reason) {
    throw Refusal(fmt::format("the input {} {}", in_quotes(input.name()), reason.what()));
  }
}

Refusal defined_twice(const std::string& name) {
  return Refusal(fmt::format("the value {} is defined twice; repair the export", in_quotes(name)));
}

/// Lowers the nodes of a graph one by one, keeping every value by its name.
class GraphReader {
 public:
  GraphReader(const onnx::GraphProto& graph, int opset, const Provenance& from, OnnxData& data)
      : graph_(graph),
        opset_(opset),
        from_(from),
        data_(data),
        algebra_(from.file_inputs - static_cast<int>(from.fixed.size())) {}

  /// Every output element of the graph, in order.
  std::vector<RowPointer> outputs();

  const NetworkBuilder& builder() const { return algebra_.builder(); }

 private:
  void define(const std::string& name, Tensor tensor);
  void define_inputs();
  void define_initialisers();
  /// Which nodes an output depends on. Refuses graphs that are not in order, or use what the reader lacks.
  std::vector<bool> needed_nodes() const;
  void require_operators(const std::vector<bool>& needed) const;
  void lower(const onnx::NodeProto& node);

  const onnx::GraphProto& graph_;
  int opset_;
  const Provenance& from_;
  OnnxData& data_;
  TensorAlgebra algebra_;
  std::unordered_map<std::string, Tensor> values_;
};

void GraphReader::define(const std::string& name, Tensor tensor) {
  if (!values_.emplace(name, std::move(tensor)).second) throw defined_twice(name);
}

void GraphReader::define_inputs() {
  int place = 0;
  int variable = 0;
  for (const onnx::ValueInfoProto* input : free_inputs(graph_)) {
    Shape shape = shape_of(*input);
    std::vector<RowPointer> rows(element_count(shape));
    algebra_.charge(rows.size());
    for (RowPointer& row : rows) {
      const auto fixed = from_.fixed.find(place++);
      row = std::make_shared<const AffineRow>(fixed == from_.fixed.end() ? builder().input(variable++)
                                                                         : NetworkBuilder::constant(fixed->second));
    }
    define(input->name(), {type_of(*input), std::move(shape), std::move(rows)});
  }
}

void GraphReader::define_initialisers() {
  if (graph_.sparse_initializer_size() > 0) {
    throw Refusal("the graph holds sparse weights, which are not read; export them dense");
  }
  for (const auto& tensor : graph_.initializer()) define(tensor.name(), data_.decode(tensor, algebra_));
}

std::vector<bool> GraphReader::needed_nodes() const {
  std::unordered_map<std::string_view, int> maker;
  for (int k = 0; k < graph_.node_size(); ++k) {
    for (const std::string& name : graph_.node(k).output()) {
      if (!name.empty() && (values_.contains(name) || !maker.emplace(name, k).second)) throw defined_twice(name);
    }
  }
  std::vector<bool> needed(at(graph_.node_size()), false);
  const auto need = [&](const std::string& name, int before, const std::string& user) {
    if (values_.contains(name)) return;
    const auto found = maker.find(name);
    if (found == maker.end()) {
      throw Refusal(
          fmt::format("{} uses {}, which nothing in the graph makes; repair the export", user, in_quotes(name)));
    }
    if (found->second >= before) {
      throw Refusal(fmt::format("{} uses {} before it is made, so the graph is cyclic or unsorted; export again", user,
                                in_quotes(name)));
    }
    needed[at(found->second)] = true;
  };
  for (const auto& output : graph_.output()) need(output.name(), graph_.node_size(), "the graph's output");
  for (int k = graph_.node_size(); k-- > 0;) {
    if (!needed[at(k)]) continue;
    for (const std::string& name : graph_.node(k).input()) {
      if (!name.empty()) need(name, k, label_of(graph_.node(k), k));  // optional inputs may be left out
    }
  }
  return needed;
}

void GraphReader::require_operators(const std::vector<bool>& needed) const {
  std::optional<std::string> first;
  std::set<std::string> others;
  for (int k = 0; k < graph_.node_size(); ++k) {
    const onnx::NodeProto& node = graph_.node(k);
    const bool is_default = is_default_domain(node.domain());
    if (!needed[at(k)] || (is_default && find_operator(node.op_type()) != nullptr)) continue;
    const std::string name = printable(is_default ? node.op_type() : node.domain() + '.' + node.op_type());
    if (!first) {
      first = fmt::format("{}: the operator {} is not supported; {}", label_of(node, k), name, advice_about(name));
    }
    others.insert(name);
  }
  if (!first) return;
  const std::string all = others.size() == 1 ? "" : fmt::format(" (not supported here: {})", fmt::join(others, ", "));
  throw Refusal(*first + all);
}

void GraphReader::lower(const onnx::NodeProto& node) {
  const OnnxOperator& op = *find_operator(node.op_type());
  const auto input_count = static_cast<std::size_t>(node.input_size());
  if (input_count < op.least_inputs || input_count > op.most_inputs) {
    throw Refusal(fmt::format("has {} inputs, which its operator does not take; repair the export", input_count));
  }
  std::vector<const Tensor*> inputs;
  for (const std::string& name : node.input()) inputs.push_back(name.empty() ? nullptr : &values_.at(name));
  const OnnxNode view(node, opset_, std::move(inputs), algebra_, data_);
  std::vector<Tensor> results = op.apply(view);
  view.require_all_attributes_read();
  if (view.output_count() > results.size()) {
    throw Refusal(
        fmt::format("has {} outputs, which its operator does not make; repair the export", view.output_count()));
  }
  for (int k = 0; k < node.output_size(); ++k) {
    if (!node.output(k).empty()) define(node.output(k), std::move(results[at(k)]));
  }
}

std::vector<RowPointer> GraphReader::outputs() {
  define_inputs();
  define_initialisers();
  const std::vector<bool> needed = needed_nodes();
  require_operators(needed);
  for (int k = 0; k < graph_.node_size(); ++k) {
    if (!needed[at(k)]) continue;
    try {
      lower(graph_.node(k));
    } catch (const Refusal& reason) {
      throw Refusal(fmt::format("{}: {}", label_of(graph_.node(k), k), reason.what()));
    }
  }
  std::vector<RowPointer> rows;
  for (const auto& output : graph_.output()) {
    const std::vector<RowPointer> own = rows_of(values_.at(output.name()));
    algebra_.charge(own.size());
    rows.insert(rows.end(), own.begin(), own.end());
  }
  return rows;
}

Network read(const std::string& path, std::string_view bytes, const ModelOptions& options) {
  if (bytes.empty()) throw Refusal("the file is empty; export the network again");
  if (bytes.starts_with("PK\x03\x04")) {
    throw Refusal(
        "this is a zip archive, as torch.save writes, and not an ONNX file; export the module with "
        "torch.onnx.export, or give it to the Python package as it is");
  }
  if (bytes.starts_with("foldproof-network ")) {
    throw Refusal(
        "these are weights that foldproof export wrote, and not an ONNX file; give the network that they are "
        "of, or let foldproof-check read them");
  }
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw Refusal("the file is truncated or not an ONNX file; export the network again");
  }
  if (!model.has_graph()) throw Refusal("the file holds no graph, so it is truncated or no network; export it again");
  const onnx::GraphProto& graph = model.graph();
  Provenance from;
  from.file = path;
  from.opset = opset_of(model);
  std::size_t input_count = 0;
  for (const onnx::ValueInfoProto* input : free_inputs(graph)) {
    from.input_names.push_back(input->name());
    input_count += element_count(shape_of(*input));
  }
  if (input_count == 0) throw Refusal("the graph has no inputs; export the network as a function of its inputs");
  if (graph.output_size() == 0) throw Refusal("the graph has no outputs; export the network again");
  for (const auto& output : graph.output()) from.output_names.push_back(output.name());
  from.file_inputs = static_cast<int>(element_count({static_cast<std::int64_t>(input_count)}));
  from.fixed = fixed_inputs(options, from.file_inputs);

  OnnxData data(path, bytes);
  GraphReader reader(graph, from.opset, from, data);
  const std::vector<RowPointer> rows = reader.outputs();
  from.sha256 = data.sha256();
  from.file_outputs = static_cast<int>(rows.size());
  from.file_neurons = reader.builder().relus_seen();
  from.outputs_kept = kept_outputs(options, from.file_outputs);
  if (from.outputs_kept.empty()) throw Refusal("the graph's outputs are empty tensors; export the network again");
  std::vector<AffineRow> chosen;
  for (const int output : from.outputs_kept) chosen.push_back(*rows[at(output)]);
  return reader.builder().finish(std::move(chosen), std::move(from));
}

/// Calls read(), and makes its refusals sentences for a person.
template <class Read>
Network told(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const Refusal& reason) {
    throw InputError(fmt::format("{}: {}", path, reason.what()));
  } catch (const std::filesystem::filesystem_error& error) {
    throw InputError(fmt::format("{}: {}; check the path", path, error.code().message()));
  } catch (const std::bad_alloc&) {
    throw InputError(fmt::format("{}: the network does not fit into memory; make it smaller", path));
  }
}

}  // namespace

Network read_onnx(const std::string& path, const ModelOptions& options) {
  return told(path, [&] { return read(path, read_file(path), options); });
}

Network read_onnx(const std::string& path, std::string_view bytes, const ModelOptions& options) {
  return told(path, [&] { return read(path, bytes, options); });
}

}  // namespace foldproof
