#include "cli/record_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/request.h"
#include "foldproof/foldproof.h"

namespace foldproof::cli {

namespace {

using nlohmann::json;

std::string joined(const json& entries) {
  std::vector<std::string> texts;
  for (const json& entry : entries) texts.push_back(entry.is_string() ? entry.get<std::string>() : entry.dump());
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string box_text(const json& box) {
  std::vector<std::string> sides;
  for (const json& side : box) {
    sides.push_back(side.at(0).get<std::string>() + ":" + side.at(1).get<std::string>());
  }
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
    std::string command = fmt::format("foldproof {} {}", question, shell_word(network.at("file")));
    if (question == "injective") {
      command += " --box " + box_text(record.at("box"));
    } else {
      command += " --at " + joined(record.at("center_exact"));
      if (!record.at("domain").is_null()) command += " --domain " + box_text(record.at("domain"));
    }
    for (const auto& [index, value] : network.at("fixed").items()) {
      command += fmt::format(" --fix {}={}", index, value.get<std::string>());
    }
    // Which outputs the file has is not recorded, so the kept ones are always named.
    command += " --outputs " + joined(network.at("outputs_kept"));
    return command;
  } catch (const json::exception&) {
    return "";
  }
}

}  // namespace foldproof::cli
