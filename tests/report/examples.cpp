#include "examples.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/network.h"

namespace foldproof::examples {

namespace {

Model finished(const NetworkBuilder& builder, std::vector<AffineRow> outputs, const std::string& file) {
  Provenance from;
  from.file = file;
  from.sha256 = std::string(64, 'a');
  return Model(std::make_shared<const Network>(builder.finish(std::move(outputs), std::move(from))));
}

/// |row| = 2 relu(row) - row
AffineRow absolute(NetworkBuilder& builder, const AffineRow& row) {
  return NetworkBuilder::add(NetworkBuilder::scale(builder.relu(row), Rational(2)), row, Rational(-1));
}

Witness pair(std::vector<std::string> x, std::vector<std::string> y, std::vector<std::string> f) {
  Witness witness{std::move(x), std::move(y), std::move(f), {}, {}, {}, {}};
  for (const std::string& text : witness.x_exact) witness.x.push_back(Rational::parse(text)->nearest_double());
  for (const std::string& text : witness.y_exact) witness.y.push_back(Rational::parse(text)->nearest_double());
  return witness;
}

Answer bracket(std::vector<std::string> center, const std::string& lower, const std::string& upper) {
  Answer answer;
  answer.question = "radius";
  answer.status = "solved";
  answer.limit = "fold";
  for (const std::string& text : center) answer.center.push_back(Rational::parse(text)->nearest_double());
  answer.center_exact = std::move(center);
  answer.lower_exact = lower;
  answer.upper_exact = upper;
  answer.lower = Rational::parse(lower)->lower_double();
  answer.upper = Rational::parse(upper)->upper_double();
  answer.local_lower = answer.lower;
  answer.effort = {0.0123, 2, 321, 0, 4567, 12.5};
  return answer;
}

/// Boxes that cover the cube of this radius, by turns proved by each test.
void add_leaves(Answer& answer, std::size_t inputs, double radius, int per_side) {
  static constexpr const char* kTests[] = {"determinant", "perron", "slopes", "monotone", "cells"};
  std::vector<int> place(inputs, 0);
  const double side = 2 * radius / per_side;
  for (std::size_t k = 0;; ++k) {
    Leaf leaf;
    for (const int i : place) {
      leaf.lower.push_back(-radius + side * i);
      leaf.upper.push_back(-radius + side * (i + 1));
    }
    leaf.test = kTests[k % std::size(kTests)];
    answer.leaves.push_back(std::move(leaf));
    std::size_t digit = 0;
    while (digit < inputs && ++place[digit] == per_side) place[digit++] = 0;
    if (digit == inputs) break;
  }
  answer.leaves_total = answer.leaves.size();
}

}  // namespace

Example tent() {
  NetworkBuilder builder(1);
  const AffineRow x = builder.input(0);
  const AffineRow beyond = builder.relu(NetworkBuilder::add(x, NetworkBuilder::constant(Rational(-1))));
  Example example{finished(builder, {NetworkBuilder::add(x, beyond, Rational(-2))}, "tent.onnx"),
                  bracket({"0"}, "999999/1000000", "1000001/1000000")};
  example.answer.witness = pair({"999999/1000000"}, {"1000001/1000000"}, {"999999/1000000"});
  add_leaves(example.answer, 1, example.answer.lower, 4);
  return example;
}

Example crease() {
  NetworkBuilder builder(2);
  const AffineRow x = builder.input(0), y = builder.input(1);
  Example example{finished(builder, {absolute(builder, x), NetworkBuilder::add(y, x)}, "crease.onnx"),
                  bracket({"1", "0"}, "9999/10000", "10001/10000")};
  example.answer.witness = pair({"1/10000", "0"}, {"-1/10000", "1/5000"}, {"1/10000", "1/10000"});
  add_leaves(example.answer, 2, example.answer.lower, 8);
  return example;
}

Example crease_3d() {
  NetworkBuilder builder(3);
  const AffineRow x = builder.input(0), y = builder.input(1), z = builder.input(2);
  Example example{finished(builder, {absolute(builder, x), NetworkBuilder::add(y, x), z}, "crease_3d.onnx"),
                  bracket({"1", "0", "0"}, "9999/10000", "10001/10000")};
  example.answer.witness =
      pair({"1/10000", "1/2", "1/3"}, {"-1/10000", "2501/5000", "1/3"}, {"1/10000", "5001/10000", "1/3"});
  add_leaves(example.answer, 3, example.answer.lower, 4);
  return example;
}

Example crease_on_a_box() {
  Example example = crease();
  Answer& answer = example.answer;
  answer.question = "injective";
  answer.verdict = "proved";
  answer.limit = "";
  answer.domain_exact = {{"1/2", "2"}, {"-1", "1"}};
  answer.center_exact = {"5/4", "0"};
  answer.center = {1.25, 0};
  answer.witness.reset();
  answer.leaves.clear();
  add_leaves(answer, 2, 0.75, 2);
  return example;
}

Example fold_at_centre() {
  NetworkBuilder builder(1);
  Example example{finished(builder, {absolute(builder, builder.input(0))}, "abs.onnx"), bracket({"0"}, "0", "0")};
  example.answer.witness = pair({"-1"}, {"1"}, {"1"});
  example.answer.witness_scale_exact = "5/2";
  return example;
}

Example fold_through_centre(int inputs, long apart) {
  Example example{inputs == 2 ? crease().model : crease_3d().model, bracket({"0", "2"}, "0", "0")};
  const std::string half = "1/" + std::to_string(apart);
  const std::string low = (Rational(2) - Rational(1) / Rational(apart)).str();
  const std::string high = (Rational(2) + Rational(1) / Rational(apart)).str();
  Witness pair_of_both = pair({half, low}, {"-" + half, high}, {half, "2"});
  if (inputs == 3) {
    example.answer = bracket({"0", "2", "0"}, "0", "0");
    pair_of_both = pair({half, low, "0"}, {"-" + half, high, "0"}, {half, "2", "0"});
  }
  example.answer.witness = std::move(pair_of_both);
  example.answer.witness_scale_exact = "1";
  return example;
}

Example wide(int width) {
  NetworkBuilder builder(2);
  std::uint64_t state = 1;
  const auto weight = [&] {
    constexpr std::uint64_t kFactor = 6364136223846793005U, kIncrement = 1442695040888963407U;
    state = state * kFactor + kIncrement;
    return Rational(static_cast<long>(state >> 40U) - (1L << 23U)) / Rational(1L << 24U);
  };
  const auto layer = [&](const std::vector<AffineRow>& sources, int count) {
    std::vector<const AffineRow*> rows;
    for (const AffineRow& source : sources) rows.push_back(&source);
    std::vector<AffineRow> results;
    for (int k = 0; k < count; ++k) {
      std::vector<Rational> weights;
      for (std::size_t i = 0; i < rows.size(); ++i) weights.push_back(weight());
      results.push_back(NetworkBuilder::combine(weights, rows, weight()));
    }
    return results;
  };
  std::vector<AffineRow> rows{builder.input(0), builder.input(1)};
  for (int depth = 0; depth < 2; ++depth) {
    rows = layer(rows, width);
    for (AffineRow& row : rows) row = builder.relu(row);
  }
  Example example{finished(builder, layer(rows, 2), "wide.onnx"), bracket({"0", "0"}, "1/100", "1")};
  example.answer.status = "stopped";
  example.answer.stop_reason = "time";
  example.answer.upper.reset();
  example.answer.upper_exact.reset();
  example.answer.limit = "";
  return example;
}

}  // namespace foldproof::examples
