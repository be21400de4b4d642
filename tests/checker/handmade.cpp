#include "handmade.h"

#include <fstream>
#include <map>
#include <stdexcept>

#include "../engine/networks.h"
#include "model/weights_file.h"
#include "proofs.h"

namespace foldproof::testing {

std::vector<Handmade> handmade_proofs() {
  std::ifstream file(std::string(FOLDPROOF_TESTS_DIR) + "/checker/handmade.txt");
  if (!file) throw std::runtime_error("cannot open handmade.txt");
  std::vector<Handmade> proofs;
  std::map<std::string, Lines> shared;
  Lines* lines = nullptr;
  for (std::string line; std::getline(file, line);) {
    const std::size_t bar = line.find(" | ");
    if (line.empty()) {
      lines = nullptr;
    } else if (line[0] == '#') {
      continue;
    } else if (lines == nullptr && line[0] == '@') {
      lines = &shared[line];
    } else if (lines == nullptr) {
      const std::string nets = line.substr(bar + 3);
      const std::size_t comma = std::min(nets.find(", "), nets.size());
      proofs.push_back(
          {line.substr(0, bar), nets.substr(0, comma), nets.substr(std::min(comma + 2, nets.size())), {}, 0});
      lines = &proofs.back().text;
    } else if (line[0] == '@') {
      const Lines& more = shared.at(line);
      lines->insert(lines->end(), more.begin(), more.end());
    } else {
      if (line.back() == '!') {
        line.pop_back();
        proofs.back().refused = lines->size() + 1;
      }
      lines->push_back(line);
    }
  }
  return proofs;
}

namespace {

std::string weights_of(const std::string& net) {
  static const nlohmann::json zoo = read_json("zoo.json").at("nets"), own = read_json("checker/handmade.json");
  return as_read_model(own.contains(net) ? own[net] : zoo.at(net).at("layers")).weights();
}

}  // namespace

std::string Handmade::weights() const { return weights_of(net); }
std::string Handmade::second_weights() const { return second.empty() ? "" : weights_of(second); }

Lines Handmade::header() const {
  Lines result = {"foldproof-proof 3", "network " + network_hash(weights())};
  if (!second.empty()) result.push_back("second " + network_hash(second_weights()));
  const std::string first = first_word(text.front());
  if (first == "question") return result;
  result.push_back(first == "domain" ? "question injective" : "question radius");
  result.push_back("norm linf");
  return result;
}

Lines Handmade::lines() const {
  Lines result = header();
  result.insert(result.end(), text.begin(), text.end());
  return result;
}

}  // namespace foldproof::testing
