#include "report/record_parts.h"

namespace foldproof {

Json network_json(const Network& network) {
  Json fixed = Json::object();
  for (const auto& [index, value] : network.from.fixed) fixed[std::to_string(index)] = value.str();
  return {{"file", network.from.file},
          {"sha256", network.from.sha256},
          {"inputs", network.inputs},
          {"outputs", network.output_count()},
          {"neurons", network.neuron_count()},
          {"fixed", std::move(fixed)},
          {"outputs_kept", Json(network.from.outputs_kept)}};
}

Json map_json(const PolynomialMap& map) {
  Json constants = Json::object(), components = Json::array();
  for (const auto& [name, value] : map.constants) constants[name] = value.str();
  for (const Polynomial& component : map.components) components.push_back(component.text());
  return {{"file", map.file},
          {"sha256", map.sha256},
          {"variables", Json(map.ring()->names())},
          {"constants", std::move(constants)},
          {"components", std::move(components)}};
}

Json proof_json(const Proof& proof) {
  return {{"file", text_or_null(proof.file)},
          {"format", 3},
          {"bytes", proof.bytes},
          {"leaves", proof.leaves},
          {"pairs", proof.pairs},
          {"network_sha256", text_or_null(proof.network_sha256)},
          {"checked", proof.checked},
          {"refused", text_or_null(proof.refused)},
          {"check_seconds", proof.checked ? finite_or_null(proof.check_seconds) : Json()},
          {"attempts", proof.attempts},
          {"refused_leaves", proof.refused_leaves}};
}

Json effort_json(const Effort& effort) {
  return {{"seconds", finite_or_null(effort.seconds)}, {"threads", effort.threads},
          {"regions_tested", effort.regions_tested},   {"pairs_tested", effort.pairs_tested},
          {"slope_nodes", effort.slope_nodes},         {"peak_memory_mib", finite_or_null(effort.peak_memory_mib)}};
}

Json doubles(const std::vector<double>& values) {
  Json result = Json::array();
  for (const double value : values) result.push_back(finite_or_null(value));
  return result;
}

Json intervals(const std::vector<std::pair<std::string, std::string>>& sides) {
  Json result = Json::array();
  for (const auto& [lower, upper] : sides) result.push_back({lower, upper});
  return result;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace foldproof
