// JSON as the record is written: keys in their order, doubles in their shortest round-trip form, arrays on one
// line so that a person can read and compare records.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace foldproof {

using Json = nlohmann::ordered_json;

/// Numbers that JSON cannot hold (NaN, infinities) become null; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const Json& value);

/// The number, or null if it is not finite.
Json finite_or_null(double value);

}  // namespace foldproof
