#include "cli/record_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "foldproof/foldproof.h"

namespace foldproof::cli {

namespace {

using nlohmann::json;

/// Exact texts as they are, doubles in their shortest form, which reads back as the same number.
std::string number(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string box_text(const json& box) {
  std::vector<std::string> sides;
  for (const json& side : box) sides.push_back(number(side.at(0)) + ":" + number(side.at(1)));
  return fmt::format("{}", fmt::join(sides, ","));
}

}  // namespace

std::string read_record(const std::string& path) {
  if (std::filesystem::is_directory(path)) throw InputError(fmt::format("'{}' is a folder, not a result file", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("'{}' cannot be read; give a file written by --json", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string command_of_record(const std::string& record_text) {
  const json record = json::parse(record_text, nullptr, false);
  if (!record.is_object()) return "";
  try {
    const std::string question = record.at("question");
    const json& network = record.at("network");
    std::string command = fmt::format("foldproof {} {}", question, network.at("file").get<std::string>());
    const json domain = record.value("domain", json());
    if (question == "injective") {
      command += " --box " + box_text(record.at("box"));
    } else {
      std::vector<std::string> entries;
      for (const json& entry : record.at("center")) entries.push_back(number(entry));
      command += fmt::format(" --at {}", fmt::join(entries, ","));
      if (!domain.is_null()) command += " --domain " + box_text(domain);
    }
    for (const auto& [index, value] : network.at("fixed").items()) {
      command += fmt::format(" --fix {}={}", index, number(value));
    }
    return command;
  } catch (const json::exception&) {
    return "";
  }
}

}  // namespace foldproof::cli
