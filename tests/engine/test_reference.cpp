// Radii against exact answers: the zoo's counterexamples, 200 random networks solved by brute force, and networks
// whose first limit is a far collision.
#include <gtest/gtest.h>

#include <algorithm>

#include "networks.h"

namespace foldproof::testing {
namespace {

Answer solve(const nlohmann::json& net, const Model& model, int threads) {
  Options options;
  options.threads = threads;
  options.time = 60;
  options.max_radius = text(net.at("search_radius"));
  return radius(model, texts(net.at("centre")), options);
}

std::vector<Named> all_of(const std::string& file) {
  std::vector<Named> result;
  const nlohmann::json data = read_json(file);
  for (const auto& [name, net] : data.at("nets").items()) result.push_back({name, net});
  return result;
}

class Zoo : public ::testing::TestWithParam<Named> {};

TEST_P(Zoo, RadiusIsTheExactOne) {
  const nlohmann::json& net = GetParam().net;
  const Model model = model_of(net.at("layers"));
  for (const int threads : {1, 2}) {
    const Answer answer = solve(net, model, threads);
    expect_consistent(model, answer, 1e-6);
    expect_radius(answer, text(net.at("r_star_Linf")));
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, Zoo, ::testing::ValuesIn(all_of("zoo.json")), name_of);

class BruteForce : public ::testing::TestWithParam<Named> {};

TEST_P(BruteForce, RadiusAndKindAreTheExactOnes) {
  const nlohmann::json& net = GetParam().net;
  const Model model = model_of(net.at("layers"));
  const Answer answer = solve(net, model, 1);
  expect_consistent(model, answer, 1e-6);
  expect_radius(answer, text(net.at("r_star")));
  if (answer.witness) {
    const auto kinds = net.at("pair_kind").get<std::vector<std::string>>();
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), answer.limit), kinds.end())
        << "limit " << answer.limit << ", brute force says " << net.at("pair_kind");
  }
}

INSTANTIATE_TEST_SUITE_P(Random, BruteForce, ::testing::ValuesIn(all_of("data/random_nets.json")), name_of);
INSTANTIATE_TEST_SUITE_P(Far, BruteForce, ::testing::ValuesIn(all_of("data/far_collision.json")), name_of);

}  // namespace
}  // namespace foldproof::testing
