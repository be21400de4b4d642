// Deep networks keep error symbols in their bounds: the zoo again, behind layers that change nothing.
#include <gtest/gtest.h>

#include "networks.h"

namespace foldproof::testing {
namespace {

// The same function behind `count` layers relu(x + 64) - 64, which are the identity on the ball that is searched.
nlohmann::json deepened(nlohmann::json layers, int count) {
  const std::size_t n = layers.at(0).at("W").at(0).size();
  nlohmann::json first = {{"W", nlohmann::json::array()}, {"b", nlohmann::json::array()}};
  for (std::size_t i = 0; i < n; ++i) {
    nlohmann::json row = nlohmann::json::array();
    for (std::size_t j = 0; j < n; ++j) row.push_back(i == j ? 1 : 0);
    first["W"].push_back(row);
    first["b"].push_back(64);
  }
  nlohmann::json between = first;
  for (auto& bias : between["b"]) bias = 0;
  for (std::size_t k = 0; k < layers[0]["b"].size(); ++k) {
    Rational bias = number(layers[0]["b"][k]);
    for (const auto& weight : layers[0]["W"][k]) bias -= Rational(64) * number(weight);
    layers[0]["b"][k] = bias.str();
  }
  nlohmann::json result = nlohmann::json::array({first});
  // The later ones read nonnegative numbers and pass them on; their hinges lie at 1, so that they do not merge.
  for (int c = 1; c < count; ++c) {
    for (auto& bias : between["b"]) bias = -1;
    result.push_back(between);
    for (std::size_t k = 0; k < layers[0]["b"].size(); ++k) {
      Rational bias = number(layers[0]["b"][k]);
      for (const auto& weight : layers[0]["W"][k]) bias += number(weight);
      layers[0]["b"][k] = bias.str();
    }
  }
  for (const auto& layer : layers) result.push_back(layer);
  return result;
}

std::vector<Named> square_zoo() {
  std::vector<Named> result;
  const nlohmann::json data = read_json("zoo.json");
  for (const auto& [name, net] : data.at("nets").items()) {
    if (net.at("layers")[0].at("W")[0].size() == net.at("layers").back().at("b").size()) result.push_back({name, net});
  }
  return result;
}

class Deepened : public ::testing::TestWithParam<Named> {};

TEST_P(Deepened, RadiusIsTheExactOne) {
  const nlohmann::json& net = GetParam().net;
  for (const int layers : {1, 2, 3}) {
    SCOPED_TRACE(layers);
    const Model model = model_of(deepened(net.at("layers"), layers));
    Options options;
    options.threads = 1;
    options.time = 20;
    options.max_radius = text(net.at("search_radius"));
    const Answer answer = radius(model, texts(net.at("centre")), options);
    expect_consistent(model, answer, 1e-6);
    expect_radius(answer, text(net.at("r_star_Linf")));
  }
}

INSTANTIATE_TEST_SUITE_P(Zoo, Deepened, ::testing::ValuesIn(square_zoo()), name_of);

}  // namespace
}  // namespace foldproof::testing
