#include "model/onnx_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

namespace foldproof {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest_file = 0x7fffffff;  // what a protobuf message may hold

static_assert(std::endian::native == std::endian::little, "ONNX stores raw data in little-endian order");

std::size_t byte_width(ElementType type) {
  switch (type) {
    case ElementType::boolean:
      return 1;
    case ElementType::float16:
    case ElementType::bfloat16:
      return 2;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    default:
      return 8;
  }
}

template <class T>
T load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

double from_bfloat16(std::uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U));
}

double from_float16(std::uint16_t bits) {
  const int exponent = (bits >> 10U) & 0x1f;
  const int fraction = bits & 0x3ff;
  double size = 0;
  if (exponent == 0x1f) {
    size = fraction == 0 ? HUGE_VAL : NAN;
  } else if (exponent == 0) {
    size = std::ldexp(fraction, -24);
  } else {
    size = std::ldexp(fraction + 0x400, exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -size : size;
}

Rational exact(double value) {
  if (!std::isfinite(value)) throw Refusal("holds NaN or infinity; train or export the network again");
  return value == 0 ? Rational() : Rational::from_double(value);
}

Rational from_raw(ElementType type, const char* bytes) {
  switch (type) {
    case ElementType::float32:
      return exact(static_cast<double>(load<float>(bytes)));
    case ElementType::float64:
      return exact(load<double>(bytes));
    case ElementType::float16:
      return exact(from_float16(load<std::uint16_t>(bytes)));
    case ElementType::bfloat16:
      return exact(from_bfloat16(load<std::uint16_t>(bytes)));
    case ElementType::int32:
      return Rational(load<std::int32_t>(bytes));
    case ElementType::int64:
      return Rational(load<std::int64_t>(bytes));
    case ElementType::boolean:
      return Rational(*bytes != 0 ? 1 : 0);
  }
  throw Refusal("has a type that is not read");
}

// The number of entries in the typed field that belongs to the type.
int typed_size(ElementType type, const onnx::TensorProto& proto) {
  switch (type) {
    case ElementType::float32:
      return proto.float_data_size();
    case ElementType::float64:
      return proto.double_data_size();
    case ElementType::int64:
      return proto.int64_data_size();
    default:
      return proto.int32_data_size();
  }
}

Rational from_typed(ElementType type, const onnx::TensorProto& proto, int i) {
  switch (type) {
    case ElementType::float32:
      return exact(static_cast<double>(proto.float_data(i)));
    case ElementType::float64:
      return exact(proto.double_data(i));
    case ElementType::float16:
      return exact(from_float16(static_cast<std::uint16_t>(proto.int32_data(i))));
    case ElementType::bfloat16:
      return exact(from_bfloat16(static_cast<std::uint16_t>(proto.int32_data(i))));
    case ElementType::int64:
      return Rational(proto.int64_data(i));
    case ElementType::int32:
      return Rational(proto.int32_data(i));
    case ElementType::boolean:
      return Rational(proto.int32_data(i) != 0 ? 1 : 0);
  }
  throw Refusal("has a type that is not read");
}

std::size_t unsigned_number(const std::string& text, const char* what) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Refusal(fmt::format("has an unreadable {} of external data; export again", what));
  }
  return number;
}

}  // namespace

std::string printable(const std::string& name) {
  constexpr std::size_t longest = 60;
  std::string text = name.size() > longest ? name.substr(0, longest) + "..." : name;
  std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string in_quotes(const std::string& name) { return '\'' + printable(name) + '\''; }

std::string read_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw Refusal("there is no such file; check the path");
  if (fs::is_directory(status)) throw Refusal("this is a folder; name the .onnx file itself");
  if (!fs::is_regular_file(status)) throw Refusal("this is not a regular file; copy it to one");
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) throw Refusal("the file cannot be read; check its permissions");
  if (size > largest_file) throw Refusal("the file is over 2 GB; store the weights as external data in smaller files");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw Refusal("the file cannot be read; check its permissions");
  }
  return bytes;
}

ElementType element_type(std::int64_t onnx_type) {
  switch (onnx_type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::BOOL:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::BFLOAT16:
      return static_cast<ElementType>(onnx_type);
    default:
      break;
  }
  // Types younger than the ONNX library have no name here.
  const bool is_known = onnx_type >= 0 && onnx_type <= onnx::TensorProto::DataType_MAX;
  const std::string name = is_known
                               ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(onnx_type))
                               : fmt::format("number {}", onnx_type);
  throw Refusal(fmt::format("has the element type {}, which is not read; export with float32 or float64", name));
}

OnnxData::OnnxData(const fs::path& model_file, std::string_view model_bytes)
    : folder_(fs::weakly_canonical(fs::absolute(model_file).parent_path())) {
  hash_.update(model_bytes);
}

Tensor OnnxData::decode(const onnx::TensorProto& proto, TensorAlgebra& algebra) try {
  Tensor tensor{element_type(proto.data_type()), {proto.dims().begin(), proto.dims().end()}, {}};
  const std::size_t count = element_count(tensor.shape);
  if (proto.has_segment()) throw Refusal("is stored in segments, which is not read; export again");
  std::vector<Rational> values;
  const bool is_external = proto.data_location() == onnx::TensorProto::EXTERNAL;
  if (is_external || proto.has_raw_data()) {
    const std::size_t width = byte_width(tensor.type);
    const std::string_view raw = is_external ? external(proto, count * width) : std::string_view(proto.raw_data());
    if (raw.size() != count * width) {
      throw Refusal(
          fmt::format("has {} bytes of data where its shape {} of {} needs {}; the file is damaged, export "
                      "again",
                      raw.size(), text_of(tensor.shape), name_of(tensor.type), count * width));
    }
    algebra.charge(count);
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) values.push_back(from_raw(tensor.type, raw.data() + i * width));
  } else {
    const int size = typed_size(tensor.type, proto);
    if (static_cast<std::size_t>(size) != count) {
      throw Refusal(fmt::format("has {} values of {} where its shape {} needs {}; the file is damaged, export again",
                                size, name_of(tensor.type), text_of(tensor.shape), count));
    }
    algebra.charge(count);
    values.reserve(count);
    for (int i = 0; i < size; ++i) values.push_back(from_typed(tensor.type, proto, i));
  }
  tensor.elements = std::move(values);
  return tensor;
} catch (const Refusal& refusal) {
  throw Refusal(fmt::format("the stored tensor {} {}", in_quotes(proto.name()), refusal.what()));
}

std::string_view OnnxData::external(const onnx::TensorProto& proto, std::size_t expected) {
  std::string location;
  std::size_t offset = 0;
  std::size_t length = expected;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = unsigned_number(entry.value(), "offset");
    if (entry.key() == "length") length = unsigned_number(entry.value(), "length");
  }
  if (location.empty() || location.find('\0') != std::string::npos) {
    throw Refusal("lies in an external file without a usable name; export again");
  }
  const fs::path path = fs::weakly_canonical(folder_ / location);  // symbolic links resolved
  const fs::path inside = path.lexically_relative(folder_);
  if (fs::path(location).is_absolute() || inside.empty() || *inside.begin() == "..") {
    throw Refusal(fmt::format("lies in the external file {}, outside the folder of the network; move it there",
                              in_quotes(location)));
  }
  auto known = files_.find(path);
  if (known == files_.end()) {
    try {
      known = files_.emplace(path, read_file(path)).first;
    } catch (const Refusal& refusal) {
      throw Refusal(fmt::format("lies in the external file {}: {}", in_quotes(location), refusal.what()));
    }
    hash_.update(known->second);
  }
  const std::string_view bytes = known->second;
  if (offset > bytes.size() || length > bytes.size() - offset) {
    throw Refusal(fmt::format("reaches beyond the end of the external file {}; the file is truncated, copy it again",
                              in_quotes(location)));
  }
  return bytes.substr(offset, length);
}

}  // namespace foldproof
