#include "model/onnx_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "number/scalar.h"

namespace foldproof {

namespace {

using Tensors = std::vector<Tensor>;
using Int64s = std::vector<std::int64_t>;

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

std::int64_t rank(const Tensor& tensor) { return static_cast<std::int64_t>(tensor.shape.size()); }

// Axes count from the end if negative. `limit` is the number of axes to choose from.
std::size_t axis_of(std::int64_t axis, std::int64_t limit) {
  if (axis < -limit || axis >= limit) {
    throw Refusal(fmt::format("axis {} is outside a tensor with {} axes; repair the export", axis, limit));
  }
  return at(axis < 0 ? axis + limit : axis);
}

Rational exact_attribute(double value) {
  if (!std::isfinite(value)) throw Refusal("has an attribute that is NaN or infinite; repair the export");
  return Rational::from_double(value);
}

Tensor integer_tensor(const Int64s& values) {
  std::vector<Rational> numbers;
  for (const std::int64_t value : values) numbers.emplace_back(value);
  return {ElementType::int64, {static_cast<std::int64_t>(values.size())}, std::move(numbers)};
}

Tensor reshaped(Tensor tensor, Shape shape) {
  if (element_count(shape) != tensor.size()) {
    throw Refusal(fmt::format("cannot shape {} as {}; repair the export", text_of(tensor.shape), text_of(shape)));
  }
  tensor.shape = std::move(shape);
  return tensor;
}

// Places start, start + step, ... along an axis.
struct Span {
  std::int64_t start, count, step;
};

// What start:end:step means on an axis: negative places count from the end, those outside move to the border.
Span span_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
  if (step == 0) throw Refusal("has a step of zero; repair the export");
  if (extent == 0) return {0, 0, 1};
  const auto place = [&](std::int64_t asked, std::int64_t low, std::int64_t high) {
    return std::clamp(asked < 0 ? asked + extent : asked, low, high);
  };
  // A step beyond the extent takes the first place only, as one of that size does.
  const std::int64_t pace = std::clamp(step, -extent, extent);
  const std::int64_t first = step > 0 ? place(start, 0, extent) : place(start, 0, extent - 1);
  const std::int64_t last = step > 0 ? place(end, 0, extent) : place(end, -1, extent - 1);
  const std::int64_t length = step > 0 ? last - first : first - last;
  if (length <= 0) return {0, 0, 1};
  return {first, (length - 1) / std::abs(pace) + 1, pace};
}

Tensor part(const OnnxNode& node, const Tensor& tensor, std::size_t axis, const Span& span) {
  Shape shape = tensor.shape;
  Shape strides = strides_of(tensor.shape);
  const std::int64_t offset = span.start * strides[axis];
  shape[axis] = span.count;
  strides[axis] *= span.step;
  return node.algebra().pick(tensor, shape, strided_index(shape, strides, offset));
}

// Axes and the like: an attribute up to an opset, an input from then on.
std::optional<Int64s> attribute_or_input(const OnnxNode& node, std::string_view name, std::size_t input,
                                         int input_since) {
  if (node.opset() < input_since) return node.integers(name);
  if (!node.has_input(input)) return std::nullopt;
  return integers_of(node.input(input), std::string(name).c_str());
}

Tensors identity(const OnnxNode& node) { return {node.input(0)}; }

Tensors add(const OnnxNode& node) { return {node.algebra().add(node.input(0), node.input(1))}; }

Tensors subtract(const OnnxNode& node) { return {node.algebra().subtract(node.input(0), node.input(1))}; }

Tensors multiply(const OnnxNode& node) { return {node.algebra().multiply(node.input(0), node.input(1))}; }

Tensors divide(const OnnxNode& node) { return {node.algebra().divide(node.input(0), node.input(1))}; }

Tensors negate(const OnnxNode& node) { return {node.algebra().scale(node.input(0), Rational(-1))}; }

Tensors relu(const OnnxNode& node) { return {node.algebra().relu(node.input(0))}; }

Tensors matmul(const OnnxNode& node) { return {node.algebra().matmul(node.input(0), node.input(1))}; }

Tensors gemm(const OnnxNode& node) {
  TensorAlgebra& algebra = node.algebra();
  for (const std::size_t i : {0U, 1U}) {
    if (rank(node.input(i)) != 2) {
      throw Refusal(fmt::format("input {} has shape {} where a matrix is needed; repair the export", i,
                                text_of(node.input(i).shape)));
    }
  }
  const Rational alpha = node.real("alpha", Rational(1));
  const Rational beta = node.real("beta", Rational(1));
  Tensor result = algebra.matrix_product(node.input(0), node.integer("transA", 0) != 0, node.input(1),
                                         node.integer("transB", 0) != 0);
  if (alpha != Rational(1)) result = algebra.scale(result, alpha);
  if (!node.has_input(2)) return {std::move(result)};
  const Shape shape = result.shape;
  result = algebra.add(result, beta == Rational(1) ? node.input(2) : algebra.scale(node.input(2), beta));
  if (result.shape != shape) {
    throw Refusal(fmt::format("input C of shape {} does not broadcast to {}; repair the export",
                              text_of(node.input(2).shape), text_of(shape)));
  }
  return {std::move(result)};
}

Tensors flatten(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  // The axis may equal the rank: then everything lies before it.
  const std::int64_t asked = node.integer("axis", 1);
  const std::size_t axis = asked == rank(data) ? data.shape.size() : axis_of(asked, rank(data));
  const auto middle = data.shape.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto rows = static_cast<std::int64_t>(element_count({data.shape.begin(), middle}));
  const auto columns = static_cast<std::int64_t>(element_count({middle, data.shape.end()}));
  return {reshaped(data, {rows, columns})};
}

Tensors reshape(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  Shape shape = integers_of(node.input(1), "the extents");
  const bool zero_copies = node.opset() < 14 || node.integer("allowzero", 0) == 0;
  std::optional<std::size_t> open;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && zero_copies) {
      if (d >= data.shape.size()) {
        throw Refusal(
            fmt::format("copies extent {} of shape {}, which has none; repair the export", d, text_of(data.shape)));
      }
      shape[d] = data.shape[d];
    } else if (shape[d] == -1) {
      if (open) throw Refusal("leaves two extents open; repair the export");
      open = d;
      shape[d] = 1;
    }
  }
  if (open) {
    const std::size_t others = element_count(shape);
    if (others == 0 || data.size() % others != 0) {
      throw Refusal(fmt::format("cannot shape {} to fill {}; repair the export", text_of(data.shape), text_of(shape)));
    }
    shape[*open] = static_cast<std::int64_t>(data.size() / others);
  }
  return {reshaped(data, std::move(shape))};
}

Tensors squeeze(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  const std::optional<Int64s> axes = attribute_or_input(node, "axes", 1, 13);
  std::vector<bool> drop(data.shape.size(), false);
  if (axes) {
    for (const std::int64_t asked : *axes) {
      const std::size_t axis = axis_of(asked, rank(data));
      if (data.shape[axis] != 1) {
        throw Refusal(fmt::format("squeezes axis {} of shape {}; repair the export", asked, text_of(data.shape)));
      }
      drop[axis] = true;
    }
  } else {
    for (std::size_t d = 0; d < drop.size(); ++d) drop[d] = data.shape[d] == 1;
  }
  Shape shape;
  for (std::size_t d = 0; d < drop.size(); ++d) {
    if (!drop[d]) shape.push_back(data.shape[d]);
  }
  return {reshaped(data, std::move(shape))};
}

Tensors unsqueeze(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  const std::optional<Int64s> axes = attribute_or_input(node, "axes", 1, 13);
  if (!axes) throw Refusal("has no axes; repair the export");
  const std::int64_t new_rank = rank(data) + static_cast<std::int64_t>(axes->size());
  std::vector<bool> added(at(new_rank), false);
  for (const std::int64_t asked : *axes) {
    const std::size_t axis = axis_of(asked, new_rank);
    if (added[axis]) throw Refusal(fmt::format("names axis {} twice; repair the export", asked));
    added[axis] = true;
  }
  Shape shape;
  auto next = data.shape.begin();
  for (const bool is_new : added) shape.push_back(is_new ? 1 : *next++);
  return {reshaped(data, std::move(shape))};
}

Tensors transpose(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  Int64s order(data.shape.size());
  std::iota(order.rbegin(), order.rend(), 0);
  order = node.integers("perm").value_or(order);
  Int64s sorted = order;
  std::sort(sorted.begin(), sorted.end());
  Int64s expected(data.shape.size());
  std::iota(expected.begin(), expected.end(), 0);
  if (sorted != expected) {
    throw Refusal(fmt::format("the permutation {} does not fit shape {}; repair the export", text_of(order),
                              text_of(data.shape)));
  }
  const Shape own = strides_of(data.shape);
  Shape shape;
  Shape strides;
  for (const std::int64_t d : order) {
    shape.push_back(data.shape[at(d)]);
    strides.push_back(own[at(d)]);
  }
  return {node.algebra().pick(data, shape, strided_index(shape, strides, 0))};
}

Tensors constant(const OnnxNode& node) {
  if (auto value = node.tensor("value")) return {std::move(*value)};
  if (node.has_attribute("value_float")) {
    return {{ElementType::float32, {}, std::vector<Rational>{node.real("value_float", Rational())}}};
  }
  if (auto values = node.reals("value_floats")) {
    const auto count = static_cast<std::int64_t>(values->size());
    return {{ElementType::float32, {count}, std::move(*values)}};
  }
  if (node.has_attribute("value_int")) return {reshaped(integer_tensor({node.integer("value_int", 0)}), {})};
  if (const auto values = node.integers("value_ints")) return {integer_tensor(*values)};
  throw Refusal("holds no tensor, number or list of numbers; export with dense numeric constants");
}

Tensors constant_of_shape(const OnnxNode& node) {
  const Tensor value =
      node.tensor("value").value_or(Tensor{ElementType::float32, {1}, std::vector<Rational>{Rational(0)}});
  if (value.size() != 1) throw Refusal("its value must be one number; repair the export");
  Shape shape = integers_of(node.input(0), "the extents");
  const std::vector<std::size_t> places(element_count(shape), 0);
  return {node.algebra().pick(value, std::move(shape), places)};
}

Tensors shape_of(const OnnxNode& node) {
  const Shape& shape = node.input(0).shape;
  const auto limit = static_cast<std::int64_t>(shape.size());
  const auto place = [&](std::int64_t asked) {
    return std::clamp<std::int64_t>(asked < 0 ? asked + limit : asked, 0, limit);
  };
  const std::int64_t start = node.opset() < 15 ? 0 : place(node.integer("start", 0));
  const std::int64_t end = node.opset() < 15 ? limit : place(node.integer("end", limit));
  return {integer_tensor({shape.begin() + start, shape.begin() + std::max(start, end)})};
}

Tensors cast(const OnnxNode& node) {
  Tensor result = node.input(0);
  const ElementType target = element_type(node.integer("to", 0));
  node.ignore("saturate");    // float8 only
  node.ignore("round_mode");  // float8 only
  const auto inexact = [&](const std::string& what) {
    return Refusal(fmt::format("rounds {} from {} to {}, which is not piecewise linear; keep one type throughout", what,
                               name_of(result.type), name_of(target)));
  };
  if (!widens(result.type, target)) {
    if (!result.is_constant()) throw inexact("values that depend on the inputs");
    for (const Rational& value : result.values()) {
      if (!holds(target, value)) throw inexact("the constant " + value.pretty());
    }
  }
  result.type = target;
  return {std::move(result)};
}

Tensors slice(const OnnxNode& node) {
  Tensor result = node.input(0);
  const auto starts = attribute_or_input(node, "starts", 1, 10);
  const auto ends = attribute_or_input(node, "ends", 2, 10);
  if (!starts || !ends || starts->size() != ends->size()) {
    throw Refusal("its starts and ends do not match; repair the export");
  }
  Int64s every_axis(starts->size());
  std::iota(every_axis.begin(), every_axis.end(), 0);
  const Int64s axes = attribute_or_input(node, "axes", 3, 10).value_or(every_axis);
  const Int64s ones(starts->size(), 1);
  const Int64s steps = node.opset() < 10 ? ones : attribute_or_input(node, "steps", 4, 10).value_or(ones);
  if (axes.size() != starts->size() || steps.size() != starts->size()) {
    throw Refusal("its axes or steps do not match its starts; repair the export");
  }
  std::set<std::size_t> seen;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const std::size_t axis = axis_of(axes[k], rank(result));
    if (!seen.insert(axis).second) throw Refusal(fmt::format("slices axis {} twice; repair the export", axes[k]));
    result = part(node, result, axis, span_of((*starts)[k], (*ends)[k], steps[k], result.shape[axis]));
  }
  return {std::move(result)};
}

Tensors gather(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  const Tensor& wanted = node.input(1);
  const std::size_t axis = axis_of(node.integer("axis", 0), rank(data));
  const std::int64_t extent = data.shape[axis];
  const auto cut = static_cast<std::ptrdiff_t>(axis);
  const Shape before(data.shape.begin(), data.shape.begin() + cut);
  const Shape after(data.shape.begin() + cut + 1, data.shape.end());
  Shape shape = before;
  shape.insert(shape.end(), wanted.shape.begin(), wanted.shape.end());
  shape.insert(shape.end(), after.begin(), after.end());
  std::vector<std::size_t> places;
  places.reserve(element_count(shape));
  Int64s rows = integers_of(wanted, "the indices");
  for (std::int64_t& row : rows) row = static_cast<std::int64_t>(axis_of(row, extent));
  const std::size_t width = element_count(after);
  for (std::size_t block = 0; block < element_count(before); ++block) {
    for (const std::int64_t row : rows) {
      for (std::size_t i = 0; i < width; ++i) places.push_back((block * at(extent) + at(row)) * width + i);
    }
  }
  return {node.algebra().pick(data, std::move(shape), places)};
}

Tensors split(const OnnxNode& node) {
  const Tensor& data = node.input(0);
  const std::size_t axis = axis_of(node.integer("axis", 0), rank(data));
  const std::int64_t extent = data.shape[axis];
  auto sizes = attribute_or_input(node, "split", 1, 13);
  const auto outputs = static_cast<std::int64_t>(node.output_count());
  const std::int64_t parts = node.opset() < 18 ? outputs : node.integer("num_outputs", outputs);
  if (parts != outputs) throw Refusal("num_outputs differs from the number of outputs; repair the export");
  if (!sizes) {
    // Equal parts; from opset 18 on the last may be smaller.
    const std::int64_t size = (extent + parts - 1) / parts;
    if (size * parts != extent && (node.opset() < 18 || size * (parts - 1) > extent)) {
      throw Refusal(fmt::format("cannot split {} into {} equal parts; repair the export", extent, parts));
    }
    sizes.emplace(at(parts), size);
    sizes->back() = extent - size * (parts - 1);
  }
  Tensors results;
  std::int64_t start = 0;
  for (const std::int64_t size : *sizes) {
    if (size < 0 || size > extent - start) throw Refusal("its parts exceed the axis; repair the export");
    results.push_back(part(node, data, axis, {start, size, 1}));
    start += size;
  }
  if (start != extent || results.size() != node.output_count()) {
    throw Refusal("its parts do not make up the axis; repair the export");
  }
  return results;
}

Tensors concat(const OnnxNode& node) {
  if (!node.has_attribute("axis")) throw Refusal("has no axis; repair the export");
  const Tensor& first = node.input(0);
  const std::size_t axis = axis_of(node.integer("axis", 0), rank(first));
  bool constant = true;
  Shape shape = first.shape;
  shape[axis] = 0;
  for (std::size_t k = 0; k < node.input_count(); ++k) {
    const Tensor& tensor = node.input(k);
    Shape others = tensor.shape;
    if (others.size() == shape.size()) others[axis] = shape[axis];
    if (others != shape || tensor.type != first.type) {
      throw Refusal(fmt::format("cannot join {} {} and {} {} along axis {}; repair the export", name_of(first.type),
                                text_of(first.shape), name_of(tensor.type), text_of(tensor.shape), axis));
    }
    shape[axis] += tensor.shape[axis];
    element_count(shape);
    constant = constant && tensor.is_constant();
  }
  // Every part behind the other, then each element of the result picked from its place in that line.
  Tensor line{first.type, {}, {}};
  if (!constant) line.elements = std::vector<RowPointer>();
  std::vector<std::size_t> places(element_count(shape));
  const auto cut = static_cast<std::ptrdiff_t>(axis);
  const std::size_t blocks = element_count({shape.begin(), shape.begin() + cut});
  const std::size_t width = blocks == 0 ? 0 : places.size() / blocks;
  std::size_t column = 0;
  for (std::size_t k = 0; k < node.input_count(); ++k) {
    const Tensor& tensor = node.input(k);
    const std::size_t begin = line.size();
    const std::size_t own_width = blocks == 0 ? 0 : tensor.size() / blocks;
    for (std::size_t i = 0; i < tensor.size(); ++i) places[i / own_width * width + column + i % own_width] = begin + i;
    column += own_width;
    if (constant) {
      auto& all = std::get<0>(line.elements);
      all.insert(all.end(), tensor.values().begin(), tensor.values().end());
    } else {
      auto& all = std::get<1>(line.elements);
      const std::vector<RowPointer> rows = rows_of(tensor);
      all.insert(all.end(), rows.begin(), rows.end());
    }
  }
  return {node.algebra().pick(line, std::move(shape), places)};
}

Tensors dropout(const OnnxNode& node) {
  node.ignore("ratio");
  node.ignore("seed");
  if (node.has_input(2)) {
    const Tensor& training = node.input(2);
    if (!training.is_constant() || training.size() != 1 || !training.values()[0].is_zero()) {
      throw Refusal("is in training mode, so its result is random; export for inference");
    }
  }
  Tensors results{node.input(0)};
  if (node.output_count() > 1) {
    const Tensor kept{ElementType::boolean, {}, std::vector<Rational>{Rational(1)}};
    results.push_back(node.algebra().pick(kept, results[0].shape, std::vector<std::size_t>(results[0].size(), 0)));
  }
  return results;
}

}  // namespace

const Tensor& OnnxNode::input(std::size_t i) const {
  if (!has_input(i)) throw Refusal(fmt::format("lacks its input {}; repair the export", i));
  return *inputs_[i];
}

const onnx::AttributeProto* OnnxNode::find(std::string_view name) const {
  for (const auto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

const onnx::AttributeProto* OnnxNode::find(std::string_view name, onnx::AttributeProto::AttributeType type) const {
  read_.emplace(name);
  const onnx::AttributeProto* attribute = find(name);
  if (attribute != nullptr && attribute->type() != type) {
    throw Refusal(fmt::format("the attribute '{}' has the wrong type; repair the export", name));
  }
  return attribute;
}

std::int64_t OnnxNode::integer(std::string_view name, std::int64_t otherwise) const {
  const auto* attribute = find(name, onnx::AttributeProto::INT);
  return attribute != nullptr ? attribute->i() : otherwise;
}

std::optional<std::vector<std::int64_t>> OnnxNode::integers(std::string_view name) const {
  const auto* attribute = find(name, onnx::AttributeProto::INTS);
  if (attribute == nullptr) return std::nullopt;
  return Int64s(attribute->ints().begin(), attribute->ints().end());
}

Rational OnnxNode::real(std::string_view name, const Rational& otherwise) const {
  const auto* attribute = find(name, onnx::AttributeProto::FLOAT);
  return attribute != nullptr ? exact_attribute(static_cast<double>(attribute->f())) : otherwise;
}

std::optional<std::vector<Rational>> OnnxNode::reals(std::string_view name) const {
  const auto* attribute = find(name, onnx::AttributeProto::FLOATS);
  if (attribute == nullptr) return std::nullopt;
  std::vector<Rational> result;
  for (const float value : attribute->floats()) result.push_back(exact_attribute(static_cast<double>(value)));
  return result;
}

std::optional<Tensor> OnnxNode::tensor(std::string_view name) const {
  const auto* attribute = find(name, onnx::AttributeProto::TENSOR);
  if (attribute == nullptr) return std::nullopt;
  return data_.decode(attribute->t(), algebra_);
}

void OnnxNode::require_all_attributes_read() const {
  for (const auto& attribute : proto_.attribute()) {
    if (!read_.contains(attribute.name())) {
      throw Refusal(fmt::format("the attribute {} is not supported in opset {}; export without it",
                                in_quotes(attribute.name()), opset_));
    }
  }
}

const OnnxOperator* find_operator(std::string_view name) {
  static const std::map<std::string_view, OnnxOperator> operators = {
      {"Add", {2, 2, add}},
      {"Cast", {1, 1, cast}},
      {"Concat", {1, any_number, concat}},
      {"Constant", {0, 0, constant}},
      {"ConstantOfShape", {1, 1, constant_of_shape}},
      {"Div", {2, 2, divide}},
      {"Dropout", {1, 3, dropout}},
      {"Flatten", {1, 1, flatten}},
      {"Gather", {2, 2, gather}},
      {"Gemm", {2, 3, gemm}},
      {"Identity", {1, 1, identity}},
      {"MatMul", {2, 2, matmul}},
      {"Mul", {2, 2, multiply}},
      {"Neg", {1, 1, negate}},
      {"Relu", {1, 1, relu}},
      {"Reshape", {2, 2, reshape}},
      {"Shape", {1, 1, shape_of}},
      {"Slice", {1, 5, slice}},
      {"Split", {1, 2, split}},
      {"Squeeze", {1, 2, squeeze}},
      {"Sub", {2, 2, subtract}},
      {"Transpose", {1, 1, transpose}},
      {"Unsqueeze", {1, 2, unsqueeze}},
  };
  const auto found = operators.find(name);
  return found == operators.end() ? nullptr : &found->second;
}

std::string advice_about(std::string_view name) {
  static const std::map<std::string_view, std::string_view> advice = {
      {"BatchNormalization", "its square root is irrational; fold it into the layer before it when exporting"},
      {"Conv", "write the convolution as a matrix (Gemm) when exporting"},
      {"If", "control flow is not read; export a plain graph"},
      {"Loop", "control flow is not read; export a plain graph"},
      {"Scan", "control flow is not read; export a plain graph"},
      {"Sigmoid", "smooth activations are not read; use a network of affine layers and ReLUs"},
      {"Softmax", "smooth activations are not read; export the network without this last layer"},
      {"Tanh", "smooth activations are not read; use a network of affine layers and ReLUs"},
  };
  const auto found = advice.find(name);
  return std::string(found == advice.end() ? "use a network of affine layers and ReLUs" : found->second);
}

}  // namespace foldproof
