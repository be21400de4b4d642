// Networks and exact answers for the engine's tests: from JSON lists of affine layers, ReLU between them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "model/network.h"

namespace foldproof::testing {

/// Reads a JSON file of the tests folder.
nlohmann::json read_json(const std::string& name);

/// A number of the JSON files: an integer, an exact double or a text "p/q".
Rational number(const nlohmann::json& value);
std::string text(const nlohmann::json& value);
std::vector<std::string> texts(const nlohmann::json& values);

/// One test's network.
struct Named {
  std::string name;
  nlohmann::json net;
};
void PrintTo(const Named& named, std::ostream* out);
/// The name of its test: letters, digits and _.
std::string name_of(const ::testing::TestParamInfo<Named>& info);

/// A chain of layers {"W": ..., "b": ...}.
Network chain(const nlohmann::json& layers);
Model model_of(const nlohmann::json& layers);

/// What every answer must satisfy, whatever the network: an exact witness inside the ball of radius upper,
/// lower <= upper, and a closed bracket if solved.
void expect_consistent(const Model& model, const Answer& answer, double gap);

/// The bracket of `answer` holds the exact radius r ("inf": none within the radius searched).
void expect_radius(const Answer& answer, const std::string& r);

}  // namespace foldproof::testing
