// Numbers and texts as bytes, exactly: what goes to workers and comes back (little-endian; lengths are checked).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "number/rational.h"

namespace foldproof {

static_assert(std::endian::native == std::endian::little, "parts of a search are written in this machine's byte order");

class ByteWriter {
 public:
  void byte(char value) { bytes_ += value; }
  /// Seven bits a byte.
  void whole(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) bytes_ += static_cast<char>((value & 0x7fU) | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  void number(double value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
  }
  void text(std::string_view value) {
    whole(value.size());
    bytes_ += value;
  }
  void numbers(const std::vector<double>& values) {
    whole(values.size());
    for (const double value : values) number(value);
  }
  void rational(const Rational& value) { text(value.str()); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Bytes that no ByteWriter wrote so.
class BadBytes : public std::runtime_error {
 public:
  BadBytes() : std::runtime_error("a part of a search came damaged") {}
};

/// Every call may throw BadBytes. The bytes must outlive it.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  char byte() { return take(1)[0]; }
  std::uint64_t whole() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64U; shift += 7U) {
      const auto next = static_cast<unsigned char>(byte());
      value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
      if (next < 0x80U) return value;
    }
    throw BadBytes();
  }
  /// A count of things of at least `size` bytes each that follow.
  std::size_t count(std::size_t size = 1) {
    const std::uint64_t value = whole();
    if (value > bytes_.size() / size) throw BadBytes();
    return static_cast<std::size_t>(value);
  }
  /// An index below `end`.
  std::size_t index(std::size_t end) {
    const std::uint64_t value = whole();
    if (value >= end) throw BadBytes();
    return static_cast<std::size_t>(value);
  }
  double number() {
    double value = 0.0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(count())); }
  std::vector<double> numbers() {
    std::vector<double> values(count(sizeof(double)));
    for (double& value : values) value = number();
    return values;
  }
  Rational rational() {
    auto value = Rational::parse(text());
    if (!value) throw BadBytes();
    return *std::move(value);
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) throw BadBytes();
    const std::string_view result = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return result;
  }

  std::string_view bytes_;
};

}  // namespace foldproof
