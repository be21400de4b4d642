#include "handmade.h"

#include <fstream>
#include <map>
#include <stdexcept>

#include "../engine/networks.h"
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
      proofs.push_back({line.substr(0, bar), line.substr(bar + 3), {}, 0});
      lines = &proofs.back().text;
    } else if (line[0] == '@') {
      const Lines& more = shared.at(line);
      lines->insert(lines->end(), more.begin(), more.end());
    } else {
      if (line.back() == '!') {
        line.pop_back();
        proofs.back().refused = lines->size() + 5;
      }
      lines->push_back(line);
    }
  }
  return proofs;
}

Model Handmade::model() const {
  if (net != "relu of relu") return as_read_model(read_json("zoo.json").at("nets").at(net).at("layers"));
  const nlohmann::json layer = {{"W", {{1}}}, {"b", {0}}};
  return as_read_model({layer, layer, layer});
}

Lines Handmade::lines(const std::string& sha256) const {
  const bool is_box = first_word(text.front()) == "domain";
  Lines result = {"foldproof-proof 2", "network " + sha256, is_box ? "question injective" : "question radius",
                  "norm linf"};
  result.insert(result.end(), text.begin(), text.end());
  return result;
}

}  // namespace foldproof::testing
