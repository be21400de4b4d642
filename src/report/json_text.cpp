#include "report/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace foldproof {

namespace {

std::string string_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool holds_objects(const Json& array) {
  return std::any_of(array.begin(), array.end(), [](const Json& element) { return element.is_object(); });
}

void write(const Json& value, std::size_t depth, std::string& out) {
  const auto new_line = [&](std::size_t indent) { out.append("\n").append(indent, ' '); };
  if (value.is_object()) {
    if (value.empty()) {
      out += "{}";
      return;
    }
    out += '{';
    bool first = true;
    for (const auto& [key, member] : value.items()) {
      if (!first) out += ',';
      first = false;
      new_line(depth + 1);
      out += string_text(key) + ": ";
      write(member, depth + 1, out);
    }
    new_line(depth);
    out += '}';
  } else if (value.is_array()) {
    const bool tall = holds_objects(value);
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!first) out += tall ? "," : ", ";
      first = false;
      if (tall) new_line(depth + 1);
      write(element, depth + 1, out);
    }
    if (tall) new_line(depth);
    out += ']';
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
      out += "null";
    }
  } else {
    out += string_text(value);
  }
}

}  // namespace

std::string json_text(const Json& value) {
  std::string out;
  write(value, 0, out);
  out += '\n';
  return out;
}

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace foldproof
