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

namespace {

std::string model_options(const json& network) {
  std::string options;
  for (const auto& [index, value] : network.at("fixed").items()) {
    options += fmt::format(" --fix {}={}", index, value.get<std::string>());
  }
  // Which outputs the file has is not recorded, so the kept ones are always named.
  return options + " --outputs " + joined(network.at("outputs_kept"));
}

std::string ball_options(const json& record) {
  std::string options;
  if (const std::string norm = record.at("norm"); norm != "linf") options += " --norm " + norm;
  if (const json& scale = record.at("scale"); !scale.is_null()) options += " --scale " + joined(scale);
  if (const json& domain = record.at("domain"); !domain.is_null()) options += " --domain " + box_text(domain);
  return options;
}

/// The options of an answered point are those of all; the swept input is not fixed by them.
std::string command_of_sweep(const json& record) {
  for (const json& point : record.at("points")) {
    if (point.at("answer").is_null()) continue;
    json network = point.at("answer").at("network");
    std::string command =
        fmt::format("foldproof {} {}", record.at("asked").get<std::string>(), shell_word(network.at("file")));
    if (const json& parameter = record.at("parameter"); parameter.is_null()) {
      command += fmt::format(" --along {}", shell_word(record.at("along")));
    } else {
      const std::string input = parameter.at("input").dump();
      network.at("fixed").erase(input);
      command += fmt::format(" --at {} --sweep {}={}:{}:{}", joined(point.at("at_exact")), input,
                             parameter.at("from").get<std::string>(), parameter.at("to").get<std::string>(),
                             parameter.at("count").dump());
    }
    command += ball_options(point.at("answer"));
    return command + model_options(network);
  }
  return "";
}

}  // namespace

std::string command_of_record(const std::string& record_text) {
  const json record = json::parse(record_text, nullptr, false);
  if (!record.is_object()) return "";
  try {
    const std::string question = record.at("question");
    if (question == "sweep") return command_of_sweep(record);
    const bool two = question == "factor";
    const json& network = two ? record.at("networks").at("A") : record.at("network");
    std::string command = fmt::format("foldproof {} {}", question, shell_word(network.at("file")));
    if (two) command += fmt::format(" {}", shell_word(record.at("networks").at("B").at("file")));
    if (question == "preimages") {
      if (record.at("sets").size() != 1) return "";  // which file held the outputs is not recorded
      command += fmt::format(" --of {} --box {}", joined(record.at("sets").at(0).at("value_exact")),
                             box_text(record.at("box")));
    } else if (question == "injective" || question == "j0") {
      command += " --box " + box_text(record.at("box"));
    } else {
      command += " --at " + joined(record.at("center_exact"));
      command += ball_options(record);
    }
    if (record.contains("method")) {
      const json& settings = record.at("settings");
      command += fmt::format(" --method mip --threshold {} --gap {} --big-m {}", settings.at("threshold").dump(),
                             settings.at("gap").dump(), settings.at("big_m").get<std::string>());
      if (const json& programs = (two ? record.at("r_AB") : record).at("programs"); !programs.empty()) {
        command += " --max-radius " + programs.front().at("radius").dump();
      }
    }
    return command + model_options(network);
  } catch (const json::exception&) {
    return "";
  }
}

}  // namespace foldproof::cli
