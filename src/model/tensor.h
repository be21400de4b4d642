// Exact tensors: what the values of an ONNX graph are while it is being lowered.
//
// A tensor is either constant (exact rationals) or symbolic (one affine row over inputs and neurons per
// element). Operators that only move elements about permute or repeat rows, which are shared; operators that
// compute combine rows through the NetworkBuilder. So any DAG of affine operators and ReLUs is lowered
// exactly, whatever its shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "model/network.h"

namespace foldproof {

/// Why a graph is refused, without the place: the reader adds file, node and operator.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Element types, numbered as in ONNX. Values are exact whatever the type; the type decides what a cast,
/// an integer division or an integer overflow would do.
enum class ElementType { float32 = 1, int32 = 6, int64 = 7, boolean = 9, float16 = 10, float64 = 11, bfloat16 = 16 };

bool is_integer(ElementType type);
/// True if the type can hold this number without rounding.
bool holds(ElementType type, const Rational& value);
/// True if every number the source type can hold, the target type can.
bool widens(ElementType source, ElementType target);
std::string name_of(ElementType type);

using Shape = std::vector<std::int64_t>;

/// "[1, 784]"
std::string text_of(const Shape& shape);
/// The number of elements. Throws Refusal if an extent is negative or the number is beyond what is read.
std::size_t element_count(const Shape& shape);
/// Row-major strides.
Shape strides_of(const Shape& shape);
/// offset + sum_d i_d strides[d] for every index i of `shape`, in row-major order.
std::vector<std::size_t> strided_index(const Shape& shape, const Shape& strides, std::int64_t offset);

using RowPointer = std::shared_ptr<const AffineRow>;

struct Tensor {
  ElementType type = ElementType::float32;
  Shape shape;
  std::variant<std::vector<Rational>, std::vector<RowPointer>> elements;

  bool is_constant() const { return elements.index() == 0; }
  const std::vector<Rational>& values() const { return std::get<0>(elements); }
  const std::vector<RowPointer>& rows() const { return std::get<1>(elements); }
  std::size_t size() const { return is_constant() ? values().size() : rows().size(); }
};

/// The elements as affine rows, whether constant or not.
std::vector<RowPointer> rows_of(const Tensor& tensor);
/// The elements of a constant tensor of integers. Throws Refusal naming `what` otherwise.
std::vector<std::int64_t> integers_of(const Tensor& tensor, const char* what);

/// The arithmetic of exact tensors, with a bound on the work a file may ask for.
class TensorAlgebra {
 public:
  explicit TensorAlgebra(int inputs) : builder_(inputs, Hinges::keep) {}

  const NetworkBuilder& builder() const { return builder_; }

  /// Accounts for work or storage of about `units` numbers. Throws Refusal beyond the bound.
  void charge(std::size_t units);

  /// The tensor of this shape whose element i is element index[i] of the source.
  Tensor pick(const Tensor& source, Shape shape, const std::vector<std::size_t>& index);

  // Elementwise, with numpy broadcasting. Throw Refusal where the result would not be piecewise affine.
  Tensor add(const Tensor& a, const Tensor& b);
  Tensor subtract(const Tensor& a, const Tensor& b);
  Tensor multiply(const Tensor& a, const Tensor& b);
  /// Integers divide with truncation, as in ONNX.
  Tensor divide(const Tensor& a, const Tensor& b);
  Tensor scale(const Tensor& a, const Rational& factor);
  Tensor relu(const Tensor& a);

  /// numpy.matmul: vectors, matrices and stacks of matrices.
  Tensor matmul(const Tensor& a, const Tensor& b);
  /// The product of two matrices, either of them transposed first. @pre both have two dimensions
  Tensor matrix_product(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);

 private:
  /// A matrix laid over part of a tensor's elements.
  struct MatrixView {
    const Tensor& tensor;
    std::size_t offset, rows, columns, row_stride, column_stride;
    std::size_t at(std::size_t i, std::size_t j) const { return offset + i * row_stride + j * column_stride; }
  };
  /// Of the right type and kind, without elements. Throws Refusal if neither operand is constant.
  static Tensor empty_product(const Tensor& a, const Tensor& b);
  static MatrixView matrix(const Tensor& tensor, std::size_t offset, bool transposed);

  RowPointer keep(AffineRow row);
  Rational keep(Rational value);
  Tensor sum(const Tensor& a, const Tensor& b, const Rational& factor_of_b);
  template <class OnValues, class OnRows>
  Tensor elementwise(const Tensor& a, const Tensor& b, OnValues on_values, OnRows on_rows);
  void append_product(const MatrixView& a, const MatrixView& b, Tensor& result);

  NetworkBuilder builder_;
  std::size_t spent_ = 0;
};

}  // namespace foldproof
