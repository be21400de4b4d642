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

}  // namespace foldproof
