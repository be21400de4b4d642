#include "mip/program.h"

#include <algorithm>
#include <map>

namespace foldproof {

int MipProgram::add_column(std::string name, double lower, double upper, bool binary) {
  columns_.push_back({std::move(name), lower, upper, binary});
  return static_cast<int>(columns_.size()) - 1;
}

void MipProgram::add_row(std::string name, const std::vector<std::pair<int, double>>& terms, double lower,
                         double upper) {
  std::map<int, double> merged;
  for (const auto& [column, coefficient] : terms) merged[column] += coefficient;
  std::erase_if(merged, [](const auto& term) { return term.second == 0.0; });
  rows_.push_back({std::move(name), {merged.begin(), merged.end()}, lower, upper});
}

int MipProgram::binaries() const {
  return static_cast<int>(std::count_if(columns_.begin(), columns_.end(), [](const auto& c) { return c.binary; }));
}

}  // namespace foldproof
