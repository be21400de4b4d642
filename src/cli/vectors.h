// Vectors and boxes as a person writes them: exact decimals, or the numbers of a file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foldproof::cli {

/// The pieces between separators, spaces around them removed; one piece if there is no separator.
std::vector<std::string> split(std::string_view text, char separator);

/// "1,-2.1" or "@file.npy" or "@file.csv" as exact number texts. `option` is named in errors.
/// @throws InputError
std::vector<std::string> read_vector(const std::string& option, const std::string& text);

/// The rows of a .csv file, `columns` exact number texts each; lines that begin with '#' and a first row of names are
/// left out. @throws InputError
std::vector<std::vector<std::string>> read_rows(const std::string& option, const std::string& path,
                                                std::size_t columns);

/// "1,-2.1" as one vector, or the rows of "@file.csv" (read_rows) or "@file.npy" (1-D: one row). @throws InputError
std::vector<std::vector<std::string>> read_vectors(const std::string& option, const std::string& text,
                                                   std::size_t columns);

/// "L:U,L:U,..." as exact number texts with L < U. @throws InputError
std::vector<std::pair<std::string, std::string>> read_box(const std::string& option, const std::string& text);

}  // namespace foldproof::cli
