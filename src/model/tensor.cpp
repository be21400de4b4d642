#include "model/tensor.h"

#include <flint/fmpz.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "number/scalar.h"

namespace foldproof {

namespace {

// What one file may ask for: numbers stored or combined, and the length of one number.
constexpr std::size_t work_limit = 50'000'000;
constexpr flint_bitcnt_t bit_limit = 1U << 20U;

struct FloatFormat {
  long precision;  // bits of the significand
  long lowest;     // exponent of the smallest positive number
  long highest;    // all numbers are below 2^highest
};

FloatFormat format_of(ElementType type) {
  switch (type) {
    case ElementType::float16:
      return {11, -24, 16};
    case ElementType::bfloat16:
      return {8, -133, 128};
    case ElementType::float32:
      return {24, -149, 128};
    default:
      return {53, -1074, 1024};
  }
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (std::size_t d = 1; d <= result.size(); ++d) {
    const std::int64_t of_a = d <= a.size() ? a[a.size() - d] : 1;
    const std::int64_t of_b = d <= b.size() ? b[b.size() - d] : 1;
    if (of_a != of_b && of_a != 1 && of_b != 1) {
      throw Refusal(
          fmt::format("shapes {} and {} do not broadcast together; repair the export", text_of(a), text_of(b)));
    }
    result[result.size() - d] = of_a == 1 ? of_b : of_a;
  }
  return result;
}

// Strides that repeat `source` over the index space of `target`.
Shape broadcast_strides(const Shape& source, const Shape& target) {
  const Shape own = strides_of(source);
  Shape result(target.size(), 0);
  for (std::size_t d = 1; d <= source.size(); ++d) {
    if (source[source.size() - d] != 1) result[target.size() - d] = own[source.size() - d];
  }
  return result;
}

std::vector<std::size_t> broadcast_index(const Shape& source, const Shape& target) {
  return strided_index(target, broadcast_strides(source, target), 0);
}

// Storage in limbs; an ordinary number has one in its numerator and one in its denominator.
std::size_t limbs(const Rational& value) {
  const fmpz* numerator = fmpq_numref(value.raw());
  const fmpz* denominator = fmpq_denref(value.raw());
  if (fmpz_bits(numerator) > bit_limit || fmpz_bits(denominator) > bit_limit) {
    throw Refusal("the exact constants grow beyond a million bits; simplify the network");
  }
  return static_cast<std::size_t>(fmpz_size(numerator) + fmpz_size(denominator));
}

void require_same_type(const Tensor& a, const Tensor& b) {
  if (a.type != b.type) {
    throw Refusal(
        fmt::format("the operands have types {} and {}; repair the export", name_of(a.type), name_of(b.type)));
  }
}

Rational quotient(const Rational& a, const Rational& b, ElementType type) {
  if (b.is_zero()) throw Refusal("divides by zero; repair the weights");
  if (!is_integer(type)) return a / b;
  Rational result;
  fmpz_tdiv_q(fmpq_numref(result.raw()), fmpq_numref(a.raw()), fmpq_numref(b.raw()));
  return result;
}

}  // namespace

bool is_integer(ElementType type) { return type == ElementType::int32 || type == ElementType::int64; }

bool holds(ElementType type, const Rational& value) {
  const fmpz* numerator = fmpq_numref(value.raw());
  const fmpz* denominator = fmpq_denref(value.raw());
  if (value.is_zero()) return true;
  if (type == ElementType::boolean) return value == Rational(1);
  if (is_integer(type)) {
    if (!fmpz_is_one(denominator) || !fmpz_fits_si(numerator)) return false;
    const slong integer = fmpz_get_si(numerator);
    return type == ElementType::int64 ||
           (integer >= std::numeric_limits<std::int32_t>::min() && integer <= std::numeric_limits<std::int32_t>::max());
  }
  // value = odd * 2^exponent with a power of two as denominator.
  const auto denominator_exponent = static_cast<long>(fmpz_val2(denominator));
  if (static_cast<long>(fmpz_bits(denominator)) != denominator_exponent + 1) return false;
  const auto trailing_zeros = static_cast<long>(fmpz_val2(numerator));
  const long odd_bits = static_cast<long>(fmpz_bits(numerator)) - trailing_zeros;
  const long exponent = trailing_zeros - denominator_exponent;
  const FloatFormat format = format_of(type);
  return odd_bits <= format.precision && exponent >= format.lowest && exponent + odd_bits <= format.highest;
}

bool widens(ElementType source, ElementType target) {
  if (source == target || source == ElementType::boolean) return true;
  if (source == ElementType::int64 || target == ElementType::boolean) return false;
  if (source == ElementType::int32) return target == ElementType::int64 || target == ElementType::float64;
  if (is_integer(target)) return false;
  const FloatFormat from = format_of(source);
  const FloatFormat to = format_of(target);
  return from.precision <= to.precision && from.lowest >= to.lowest && from.highest <= to.highest;
}

std::string name_of(ElementType type) {
  switch (type) {
    case ElementType::float32:
      return "float32";
    case ElementType::int32:
      return "int32";
    case ElementType::int64:
      return "int64";
    case ElementType::boolean:
      return "bool";
    case ElementType::float16:
      return "float16";
    case ElementType::float64:
      return "float64";
    case ElementType::bfloat16:
      return "bfloat16";
  }
  return "unknown";
}

std::string text_of(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::size_t element_count(const Shape& shape) {
  // A zero extent makes the tensor empty, however large the others are.
  std::size_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) throw Refusal(fmt::format("the shape {} has a negative extent; repair the export", text_of(shape)));
    if (extent == 0) count = 0;
  }
  for (const std::int64_t extent : shape) {
    if (count == 0) break;
    if (at(extent) > work_limit / count) {
      throw Refusal(fmt::format("a tensor of shape {} has more than {} elements; make the network smaller",
                                text_of(shape), work_limit));
    }
    count *= at(extent);
  }
  return count;
}

Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * std::max<std::int64_t>(shape[d], 1);
  return strides;
}

std::vector<std::size_t> strided_index(const Shape& shape, const Shape& strides, std::int64_t offset) {
  std::vector<std::size_t> result(element_count(shape));
  Shape position(shape.size(), 0);
  std::int64_t place = offset;
  for (std::size_t& entry : result) {
    entry = at(place);
    for (std::size_t d = shape.size(); d-- > 0;) {
      place += strides[d];
      if (++position[d] < shape[d]) break;
      place -= strides[d] * shape[d];
      position[d] = 0;
    }
  }
  return result;
}

std::vector<RowPointer> rows_of(const Tensor& tensor) {
  if (!tensor.is_constant()) return tensor.rows();
  std::vector<RowPointer> rows;
  rows.reserve(tensor.size());
  for (const Rational& value : tensor.values()) {
    rows.push_back(std::make_shared<const AffineRow>(NetworkBuilder::constant(value)));
  }
  return rows;
}

std::vector<std::int64_t> integers_of(const Tensor& tensor, const char* what) {
  if (!tensor.is_constant()) {
    throw Refusal(fmt::format("{} depend on the network's inputs; export with static shapes", what));
  }
  if (!is_integer(tensor.type)) {
    throw Refusal(fmt::format("{} are {} where integers are needed; repair the export", what, name_of(tensor.type)));
  }
  std::vector<std::int64_t> result;
  for (const Rational& value : tensor.values()) result.push_back(fmpz_get_si(fmpq_numref(value.raw())));
  return result;
}

void TensorAlgebra::charge(std::size_t units) {
  if (units > work_limit - spent_) {
    throw Refusal(fmt::format("the network asks for more than {} numbers; make it smaller", work_limit));
  }
  spent_ += units;
}

RowPointer TensorAlgebra::keep(AffineRow row) {
  std::size_t stored = limbs(row.constant);
  for (const Term& term : row.terms) stored += limbs(term.coefficient);
  charge(stored / 2);
  return std::make_shared<const AffineRow>(std::move(row));
}

Rational TensorAlgebra::keep(Rational value) {
  charge(limbs(value) / 2);
  return value;
}

Tensor TensorAlgebra::pick(const Tensor& source, Shape shape, const std::vector<std::size_t>& places) {
  charge(places.size());
  return std::visit(
      [&](const auto& elements) {
        std::remove_cvref_t<decltype(elements)> picked;
        picked.reserve(places.size());
        for (const std::size_t place : places) picked.push_back(elements[place]);
        return Tensor{source.type, std::move(shape), std::move(picked)};
      },
      source.elements);
}

template <class OnValues, class OnRows>
Tensor TensorAlgebra::elementwise(const Tensor& a, const Tensor& b, OnValues on_values, OnRows on_rows) {
  require_same_type(a, b);
  Tensor result{a.type, broadcast_shape(a.shape, b.shape), {}};
  charge(element_count(result.shape));
  const std::vector<std::size_t> place_a = broadcast_index(a.shape, result.shape);
  const std::vector<std::size_t> place_b = broadcast_index(b.shape, result.shape);
  if (a.is_constant() && b.is_constant()) {
    std::vector<Rational> values;
    values.reserve(place_a.size());
    for (std::size_t i = 0; i < place_a.size(); ++i) {
      values.push_back(keep(on_values(a.values()[place_a[i]], b.values()[place_b[i]])));
      if (is_integer(a.type) && !holds(a.type, values.back())) {
        throw Refusal("an integer overflows; repair the export");
      }
    }
    result.elements = std::move(values);
  } else {
    const std::vector<RowPointer> rows_a = rows_of(a);
    const std::vector<RowPointer> rows_b = rows_of(b);
    std::vector<RowPointer> rows;
    rows.reserve(place_a.size());
    for (std::size_t i = 0; i < place_a.size(); ++i) {
      rows.push_back(keep(on_rows(*rows_a[place_a[i]], *rows_b[place_b[i]])));
    }
    result.elements = std::move(rows);
  }
  return result;
}

Tensor TensorAlgebra::sum(const Tensor& a, const Tensor& b, const Rational& factor_of_b) {
  return elementwise(
      a, b, [&](const Rational& x, const Rational& y) { return x + factor_of_b * y; },
      [&](const AffineRow& x, const AffineRow& y) { return NetworkBuilder::add(x, y, factor_of_b); });
}

Tensor TensorAlgebra::add(const Tensor& a, const Tensor& b) { return sum(a, b, Rational(1)); }

Tensor TensorAlgebra::subtract(const Tensor& a, const Tensor& b) { return sum(a, b, Rational(-1)); }

Tensor TensorAlgebra::multiply(const Tensor& a, const Tensor& b) {
  return elementwise(
      a, b, [](const Rational& x, const Rational& y) { return x * y; },
      [](const AffineRow& x, const AffineRow& y) {
        if (y.terms.empty()) return NetworkBuilder::scale(x, y.constant);
        if (x.terms.empty()) return NetworkBuilder::scale(y, x.constant);
        throw Refusal(
            "multiplies two tensors that both depend on the inputs; only products with constants are "
            "piecewise linear, so fix one of the inputs or change the network");
      });
}

Tensor TensorAlgebra::divide(const Tensor& a, const Tensor& b) {
  return elementwise(
      a, b, [&](const Rational& x, const Rational& y) { return quotient(x, y, a.type); },
      [](const AffineRow& x, const AffineRow& y) {
        if (y.terms.empty()) return NetworkBuilder::scale(x, quotient(Rational(1), y.constant, ElementType::float64));
        throw Refusal(
            "divides by a tensor that depends on the inputs; only division by constants is piecewise "
            "linear, so fix that input or change the network");
      });
}

Tensor TensorAlgebra::scale(const Tensor& a, const Rational& factor) {
  return multiply(a, Tensor{a.type, {}, std::vector<Rational>{factor}});
}

Tensor TensorAlgebra::relu(const Tensor& a) {
  Tensor result = a;
  if (a.is_constant()) {
    for (Rational& value : std::get<0>(result.elements)) {
      if (value.sign() < 0) value = Rational(0);
    }
  } else {
    for (RowPointer& row : std::get<1>(result.elements)) row = keep(builder_.relu(*row));
  }
  return result;
}

Tensor TensorAlgebra::empty_product(const Tensor& a, const Tensor& b) {
  require_same_type(a, b);
  if (!a.is_constant() && !b.is_constant()) {
    throw Refusal(
        "multiplies two tensors that both depend on the inputs; only products with constants are "
        "piecewise linear, so change the network");
  }
  Tensor result{a.type, {}, {}};
  if (!a.is_constant() || !b.is_constant()) result.elements = std::vector<RowPointer>();
  return result;
}

TensorAlgebra::MatrixView TensorAlgebra::matrix(const Tensor& tensor, std::size_t offset, bool transposed) {
  const std::size_t rows = at(tensor.shape.end()[-2]);
  const std::size_t columns = at(tensor.shape.end()[-1]);
  if (transposed) return {tensor, offset, columns, rows, 1, columns};
  return {tensor, offset, rows, columns, columns, 1};
}

void TensorAlgebra::append_product(const MatrixView& a, const MatrixView& b, Tensor& result) {
  if (a.columns != b.rows) {
    throw Refusal(fmt::format("matrices of {} x {} and {} x {} do not fit together; repair the export", a.rows,
                              a.columns, b.rows, b.columns));
  }
  if (auto* values = std::get_if<std::vector<Rational>>(&result.elements)) {
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < b.columns; ++j) {
        charge(a.columns);
        Rational total;
        for (std::size_t l = 0; l < a.columns; ++l) {
          total.add_product(a.tensor.values()[a.at(i, l)], b.tensor.values()[b.at(l, j)]);
        }
        values->push_back(keep(std::move(total)));
      }
    }
    return;
  }
  const bool constant_left = a.tensor.is_constant();
  std::vector<Rational> weights(a.columns);
  std::vector<const AffineRow*> rows(a.columns);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < b.columns; ++j) {
      std::size_t work = a.columns;
      for (std::size_t l = 0; l < a.columns; ++l) {
        const std::size_t left = a.at(i, l);
        const std::size_t right = b.at(l, j);
        weights[l] = constant_left ? a.tensor.values()[left] : b.tensor.values()[right];
        rows[l] = constant_left ? b.tensor.rows()[right].get() : a.tensor.rows()[left].get();
        if (!weights[l].is_zero()) work += rows[l]->terms.size();
      }
      charge(work);
      std::get<1>(result.elements).push_back(keep(NetworkBuilder::combine(weights, rows, Rational(0))));
    }
  }
}

Tensor TensorAlgebra::matrix_product(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b) {
  Tensor result = empty_product(a, b);
  const MatrixView left = matrix(a, 0, transpose_a);
  const MatrixView right = matrix(b, 0, transpose_b);
  append_product(left, right, result);
  result.shape = {static_cast<std::int64_t>(left.rows), static_cast<std::int64_t>(right.columns)};
  return result;
}

Tensor TensorAlgebra::matmul(const Tensor& a, const Tensor& b) {
  if (a.shape.empty() || b.shape.empty()) throw Refusal("multiplies a scalar as a matrix; use Mul instead");
  // A vector on the left is a row, on the right a column; the extent added here is dropped at the end.
  Tensor left = a;
  Tensor right = b;
  if (a.shape.size() == 1) left.shape.insert(left.shape.begin(), 1);
  if (b.shape.size() == 1) right.shape.push_back(1);
  const Shape stack_a(left.shape.begin(), left.shape.end() - 2);
  const Shape stack_b(right.shape.begin(), right.shape.end() - 2);
  Tensor result = empty_product(left, right);
  result.shape = broadcast_shape(stack_a, stack_b);
  const std::vector<std::size_t> which_a = broadcast_index(stack_a, result.shape);
  const std::vector<std::size_t> which_b = broadcast_index(stack_b, result.shape);
  const std::size_t size_a = element_count({left.shape.end() - 2, left.shape.end()});
  const std::size_t size_b = element_count({right.shape.end() - 2, right.shape.end()});
  for (std::size_t k = 0; k < which_a.size(); ++k) {
    append_product(matrix(left, which_a[k] * size_a, false), matrix(right, which_b[k] * size_b, false), result);
  }
  if (a.shape.size() > 1) result.shape.push_back(left.shape.end()[-2]);
  if (b.shape.size() > 1) result.shape.push_back(right.shape.end()[-1]);
  return result;
}

}  // namespace foldproof
