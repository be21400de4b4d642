// Exact and floating evaluation against direct formulas and against each other, on the zoo and at random.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "model/evaluate.h"

namespace foldproof {
namespace {

struct ExactLayer {
  std::vector<std::vector<Rational>> weight;
  std::vector<Rational> bias;
};

Rational number(const nlohmann::json& entry) {
  return Rational::parse(entry.is_string() ? entry.get<std::string>() : entry.dump()).value();
}

std::map<std::string, std::vector<ExactLayer>> read_zoo() {
  std::ifstream file(std::string(FOLDPROOF_TESTS_FOLDER) + "/zoo.json");
  std::map<std::string, std::vector<ExactLayer>> zoo;
  const nlohmann::json all = nlohmann::json::parse(file);
  for (const auto& [name, net] : all.at("nets").items()) {
    for (const auto& entry : net.at("layers")) {
      ExactLayer layer;
      for (const auto& row : entry.at("W")) {
        std::vector<Rational>& weights = layer.weight.emplace_back();
        for (const auto& weight : row) weights.push_back(number(weight));
      }
      for (const auto& bias : entry.at("b")) layer.bias.push_back(number(bias));
      zoo[name].push_back(std::move(layer));
    }
  }
  return zoo;
}

int input_count(const std::vector<ExactLayer>& layers) { return static_cast<int>(layers[0].weight[0].size()); }

Network build(const std::vector<ExactLayer>& layers) {
  NetworkBuilder builder(input_count(layers));
  std::vector<AffineRow> rows;
  for (int i = 0; i < input_count(layers); ++i) rows.push_back(builder.input(i));
  for (const ExactLayer& layer : layers) {
    std::vector<const AffineRow*> pointers;
    for (AffineRow& row : rows) {
      if (&layer != &layers.front()) row = builder.relu(row);
      pointers.push_back(&row);
    }
    std::vector<AffineRow> next;
    for (std::size_t i = 0; i < layer.bias.size(); ++i) {
      next.push_back(NetworkBuilder::combine(layer.weight[i], pointers, layer.bias[i]));
    }
    rows = std::move(next);
  }
  return builder.finish(std::move(rows), {});
}

// The formula, layer by layer.
std::vector<Rational> direct(const std::vector<ExactLayer>& layers, std::vector<Rational> x) {
  for (const ExactLayer& layer : layers) {
    std::vector<Rational> next = layer.bias;
    for (std::size_t i = 0; i < next.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        if (&layer == &layers.front() || x[j].sign() > 0) next[i] += layer.weight[i][j] * x[j];
      }
    }
    x = std::move(next);
  }
  return x;
}

std::vector<Rational> random_point(std::mt19937_64& random, int size) {
  std::vector<Rational> x;
  for (int i = 0; i < size; ++i) x.push_back(Rational(static_cast<long>(random() % 97) - 48) / Rational(16));
  return x;
}

void check(const std::string& name, const std::vector<ExactLayer>& layers) {
  SCOPED_TRACE(name);
  const Network network = build(layers);
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    const std::vector<Rational> x = random_point(random, network.inputs);
    const ExactValue exact = evaluate(network, x);
    ASSERT_EQ(exact.output, direct(layers, x));
    for (int j = 0; j < network.neuron_count(); ++j) {
      ASSERT_EQ(activation_pattern(network, x)[static_cast<std::size_t>(j)],
                exact.pre_activation[static_cast<std::size_t>(j)].sign() > 0);
    }
    // The affine piece at x agrees with the network there.
    const ExactPiece piece = affine_piece(network, activation_pattern(network, x));
    for (std::size_t i = 0; i < exact.output.size(); ++i) {
      Rational on_piece = piece.output[i].constant;
      for (const Term& term : piece.output[i].terms) {
        on_piece.add_product(term.coefficient, x[static_cast<std::size_t>(term.variable)]);
      }
      ASSERT_EQ(on_piece, exact.output[i]);
    }
  }
}

TEST(Evaluate, TheZooAgainstTheFormula) {
  const auto zoo = read_zoo();
  EXPECT_GE(zoo.size(), 17U);
  for (const auto& [name, layers] : zoo) check(name, layers);
}

TEST(Evaluate, RandomNetworksAgainstTheFormula) {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<ExactLayer> layers;
    std::size_t width = 1 + random() % 3;
    const std::size_t inputs = width;
    for (const std::size_t next : {std::size_t{5}, std::size_t{4}, inputs}) {
      ExactLayer layer;
      for (std::size_t i = 0; i < next; ++i) {
        layer.weight.push_back(random_point(random, static_cast<int>(width)));
        layer.bias.push_back(random_point(random, 1)[0]);
      }
      layers.push_back(std::move(layer));
      width = next;
    }
    check("random network " + std::to_string(trial), layers);
  }
}

TEST(Evaluate, TheZooHasNoParallelHingesLeft) {
  for (const auto& [name, layers] : read_zoo()) {
    const Network network = build(layers);
    for (int j = 0; j < network.neuron_count(); ++j) {
      const AffineRow& row = network.neurons[static_cast<std::size_t>(j)];
      ASSERT_FALSE(row.terms.empty()) << name;
      for (int k = 0; k < j; ++k) {
        const AffineRow& other = network.neurons[static_cast<std::size_t>(k)];
        const Rational r = row.terms[0].coefficient / other.terms[0].coefficient;
        const AffineRow difference = NetworkBuilder::add(row, other, -r);
        EXPECT_FALSE(difference.terms.empty() && difference.constant.is_zero()) << name << ' ' << j << ' ' << k;
      }
    }
  }
}

}  // namespace
}  // namespace foldproof
