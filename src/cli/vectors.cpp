#include "cli/vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>

#include "foldproof/foldproof.h"
#include "number/rational.h"

namespace foldproof::cli {

namespace {

constexpr std::size_t kLargestVectorFile = std::size_t{64} << 20;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string slurp(const std::string& option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content;
  if (file) {
    content.resize(kLargestVectorFile + 1);
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  }
  if (!file && !file.eof()) throw InputError(fmt::format("{}: '{}' cannot be read; check the name", option, path));
  if (content.size() > kLargestVectorFile) {
    throw InputError(fmt::format("{}: '{}' is too large for a vector (more than 64 MiB)", option, path));
  }
  return content;
}

/// The value of `key` in the Python dictionary of an npy header, up to the end of that value.
std::string header_value(const std::string& header, const std::string& key) {
  const std::size_t place = header.find("'" + key + "'");
  const std::size_t colon = place == std::string::npos ? place : header.find(':', place);
  if (colon == std::string::npos) return "";
  const std::size_t start = header.find_first_not_of(' ', colon + 1);
  if (start == std::string::npos) return "";
  const char opening = header[start];
  const std::size_t end = opening == '(' ? header.find(')', start) : header.find_first_of(",}", start);
  return end == std::string::npos ? "" : header.substr(start, end - start + (opening == '(' ? 1 : 0));
}

template <typename Number>
Number load(const char* bytes, bool swapped) {
  std::array<char, sizeof(Number)> raw{};
  std::memcpy(raw.data(), bytes, sizeof(Number));
  if (swapped) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<Number>(raw);
}

/// One stored number as exact text; nothing if it is NaN or infinite.
using Reader = std::optional<std::string> (*)(const char*, bool);

template <typename Number>
std::optional<std::string> exact_text(const char* bytes, bool swapped) {
  const Number value = load<Number>(bytes, swapped);
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) return std::nullopt;
    return Rational::from_double(static_cast<double>(value)).pretty();
  } else {
    return std::to_string(value);
  }
}

struct NumberType {
  const char* code;
  std::size_t size;
  Reader read;
};

constexpr NumberType kNumberTypes[] = {
    {"f8", 8, exact_text<double>},        {"f4", 4, exact_text<float>},         {"i8", 8, exact_text<std::int64_t>},
    {"i4", 4, exact_text<std::int32_t>},  {"i2", 2, exact_text<std::int16_t>},  {"i1", 1, exact_text<std::int8_t>},
    {"u8", 8, exact_text<std::uint64_t>}, {"u4", 4, exact_text<std::uint32_t>}, {"u2", 2, exact_text<std::uint16_t>},
    {"u1", 1, exact_text<std::uint8_t>},
};

struct Shape {
  std::size_t rows, columns;
};

/// "(3,)" is one row, "(5, 3)" has five; nothing for anything else.
std::optional<Shape> shape_of(const std::string& shape) {
  if (shape.size() < 2 || shape.front() != '(' || shape.back() != ')') return std::nullopt;
  std::vector<std::size_t> sides;
  for (const std::string& side : split(std::string_view(shape).substr(1, shape.size() - 2), ',')) {
    if (side.empty()) continue;
    if (side.size() > 9 || side.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    sides.push_back(std::stoul(side));
  }
  if (sides.size() == 2) return Shape{sides[0], sides[1]};
  if (sides.size() == 1) return Shape{1, sides[0]};
  return std::nullopt;
}

std::vector<std::vector<std::string>> read_npy(const std::string& option, const std::string& path, bool many_rows) {
  const std::string content = slurp(option, path);
  const auto refuse = [&](const std::string& why) {
    return InputError(fmt::format("{}: '{}' {}; save it with numpy.save from a {} float64 array", option, path, why,
                                  many_rows ? "2-D" : "1-D"));
  };
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (content.size() < 12 || !content.starts_with(kMagic)) throw refuse("is not a .npy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(content[i])); };
  const bool long_header = byte(6) >= 2;
  const std::size_t header_start = long_header ? 12 : 10;
  std::size_t header_length = byte(8) | byte(9) << 8;
  if (long_header) header_length |= byte(10) << 16 | byte(11) << 24;
  if (content.size() - std::min(content.size(), header_start) < header_length) throw refuse("is cut short");
  const std::string header = content.substr(header_start, header_length);

  const std::string description = header_value(header, "descr");  // such as '<f8', quotes included
  const NumberType* type = nullptr;
  if (description.size() == 5) {
    const auto fits = [&](const NumberType& candidate) { return description.substr(2, 2) == candidate.code; };
    const auto* const found = std::find_if(std::begin(kNumberTypes), std::end(kNumberTypes), fits);
    if (found != std::end(kNumberTypes)) type = found;
  }
  if (type == nullptr) throw refuse(fmt::format("holds numbers of type {}", description));
  const std::string shape = header_value(header, "shape");
  const auto size = shape_of(shape);
  if (!size || (!many_rows && size->rows != 1)) {
    throw refuse(fmt::format("has shape {}, not {}", shape, many_rows ? "rows of numbers" : "one row"));
  }
  if (size->rows > 1 && header_value(header, "fortran_order") != "False") throw refuse("is stored by columns");
  const std::size_t start = header_start + header_length;
  const std::size_t count = size->rows * size->columns;
  if ((content.size() - start) / type->size < count) throw refuse("is cut short");

  const bool swapped = description[1] == '>';
  std::vector<std::vector<std::string>> result(size->rows);
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = type->read(content.data() + start + i * type->size, swapped);
    if (!text) throw InputError(fmt::format("{}: entry {} of '{}' is not a finite number", option, i, path));
    result[i / size->columns].push_back(*text);
  }
  return result;
}

void require_numbers(const std::string& where, const std::vector<std::string>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (Rational::parse(entries[i])) continue;
    throw InputError(fmt::format("{}: entry {} ('{}') is not a number; write exact decimals such as 1,2.1", where, i,
                                 entries[i].substr(0, 40)));
  }
}

std::vector<std::string> read_csv(const std::string& option, const std::string& path) {
  std::string content = trimmed(slurp(option, path));
  std::replace_if(content.begin(), content.end(), [](char c) { return c == '\n' || c == ';' || c == '\t'; }, ',');
  std::vector<std::string> entries = split(content, ',');
  require_numbers(fmt::format("{}: '{}'", option, path), entries);
  return entries;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = text.find(separator, start);
    pieces.push_back(trimmed(text.substr(start, end - start)));
    if (end == std::string_view::npos) return pieces;
    start = end + 1;
  }
}

std::vector<std::string> read_vector(const std::string& option, const std::string& text) {
  if (text.starts_with('@')) {
    const std::string path = text.substr(1);
    if (path.ends_with(".npy")) return read_npy(option, path, false).at(0);
    if (path.ends_with(".csv")) return read_csv(option, path);
    throw InputError(fmt::format("{}: '{}' must end in .npy or .csv", option, path));
  }
  std::vector<std::string> entries = split(text, ',');
  require_numbers(option, entries);
  return entries;
}

std::vector<std::vector<std::string>> read_rows(const std::string& option, const std::string& path,
                                                std::size_t columns) {
  const std::string content = slurp(option, path);
  const auto is_number = [](const std::string& entry) { return Rational::parse(entry).has_value(); };
  std::vector<std::vector<std::string>> rows;
  std::size_t number = 0;
  bool names_allowed = true;
  for (std::string line : split(content, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    std::replace_if(line.begin(), line.end(), [](char c) { return c == ';' || c == '\t'; }, ',');
    std::vector<std::string> entries = split(line, ',');
    const bool is_name_row = names_allowed && std::none_of(entries.begin(), entries.end(), is_number);
    names_allowed = false;
    if (is_name_row) continue;
    require_numbers(fmt::format("{}: line {} of '{}'", option, number, path), entries);
    if (entries.size() != columns) {
      throw InputError(fmt::format("{}: line {} of '{}' has {} numbers, but {} are expected", option, number, path,
                                   entries.size(), columns));
    }
    rows.push_back(std::move(entries));
  }
  if (rows.empty())
    throw InputError(fmt::format("{}: '{}' holds no point; write one point a line, as in 1,2.1", option, path));
  return rows;
}

std::vector<std::vector<std::string>> read_vectors(const std::string& option, const std::string& text,
                                                   std::size_t columns) {
  if (text.starts_with('@') && text.ends_with(".csv")) return read_rows(option, text.substr(1), columns);
  if (text.starts_with('@') && text.ends_with(".npy")) return read_npy(option, text.substr(1), true);
  return {read_vector(option, text)};
}

std::vector<std::pair<std::string, std::string>> read_box(const std::string& option, const std::string& text) {
  std::vector<std::pair<std::string, std::string>> box;
  for (const std::string& side : split(text, ',')) {
    const std::vector<std::string> ends = split(side, ':');
    const auto lower = Rational::parse(ends.front());
    const auto upper = Rational::parse(ends.back());
    if (ends.size() != 2 || !lower || !upper) {
      throw InputError(fmt::format("{}: side {} ('{}') is not LOWER:UPPER, such as -1.5:4", option, box.size(), side));
    }
    if (*lower >= *upper) {
      throw InputError(
          fmt::format("{}: side {} ('{}') has no width; put the smaller end first (--fix freezes an input)", option,
                      box.size(), side));
    }
    box.emplace_back(ends[0], ends[1]);
  }
  return box;
}

}  // namespace foldproof::cli
