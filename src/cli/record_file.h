// A result written earlier by --json.
#pragma once

#include <string>

namespace foldproof::cli {

/// The text of the file. @throws InputError
std::string read_record(const std::string& path);

/// The command line that asks the question of a record again; empty if the record does not say enough.
std::string command_of_record(const std::string& record);

}  // namespace foldproof::cli
