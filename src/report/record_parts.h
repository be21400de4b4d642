// Parts that records of several questions share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dynamics/polynomial_map.h"
#include "foldproof/foldproof.h"
#include "model/network.h"
#include "report/json_text.h"

namespace foldproof {

Json network_json(const Network& network);
Json map_json(const PolynomialMap& map);
Json proof_json(const Proof& proof);
Json effort_json(const Effort& effort);

Json doubles(const std::vector<double>& values);
Json intervals(const std::vector<std::pair<std::string, std::string>>& sides);
Json text_or_null(const std::string& text);
template <class T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace foldproof
