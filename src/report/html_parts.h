// What pages are made of.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/json_text.h"

namespace foldproof {

std::string escape(std::string_view text);
/// JSON that cannot end its script element: '<' occurs in strings only, where an escape means the same.
std::string script_safe(const std::string& json);
/// Fills {{name}} places of the page, left to right; what is filled in is not looked at again.
std::string fill(std::string_view page, const std::vector<std::pair<std::string_view, std::string>>& parts);
/// A number or text of the record, for people.
std::string shown(const Json& value);
/// A name and a value of the table of numbers; the value is HTML already.
std::string row(const std::string& name, const std::string& value_html);
/// The SHA-256 of a network's file, if it came from one.
std::string file_row(const Json& network);
std::string list_text(const Json& values);
/// The rows about the network, the proof and the effort of a record.
std::string run_rows(const Json& record);

}  // namespace foldproof
