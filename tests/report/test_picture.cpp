// The picture stays bounded, says what was thinned, and shows folds where they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples.h"
#include "model/evaluate.h"
#include "model/sampler.h"

namespace foldproof {
namespace {

using nlohmann::json;

json picture_of(const examples::Example& example) {
  return json::parse(to_json(example.model, example.answer, true)).at("picture");
}

const json& view(const json& picture, const std::string& role) {
  for (const json& candidate : picture.at("views")) {
    if (candidate.at("role") == role) return candidate;
  }
  throw std::runtime_error("no view " + role);
}

TEST(Sampler, AgreesWithExactEvaluation) {
  const examples::Example example = examples::wide(9);
  const Network& network = example.model.network();
  const Sampler f(network);
  for (const auto& x : std::vector<std::vector<double>>{{0.5, -0.25}, {-1.75, 2}, {0, 0}}) {
    const std::vector<Rational> exact_x{Rational::from_double(x[0]), Rational::from_double(x[1])};
    const ExactValue exact = evaluate(network, exact_x);
    const ExactPiece piece = affine_piece(network, activation_pattern(network, exact_x));
    const std::vector<double> value = f.value(x), jacobian = f.jacobian(x);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_NEAR(value[i], exact.output[i].nearest_double(), 1e-12);
      std::vector<double> gradient(2, 0.0);
      for (const Term& term : piece.output[i].terms) {
        gradient[static_cast<std::size_t>(term.variable)] = term.coefficient.nearest_double();
      }
      for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(jacobian[2 * i + k], gradient[k], 1e-12);
    }
    EXPECT_NEAR(f.determinant(x), jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2], 1e-12);
  }
}

TEST(Picture, GraphHasItsBreakpoint) {
  const json picture = picture_of(examples::tent());
  EXPECT_EQ(picture.at("kind"), "graph");
  EXPECT_EQ(picture.at("breakpoints"), 1);
  const std::vector<double> x = picture.at("x"), f = picture.at("f");
  ASSERT_EQ(x.size(), f.size());
  EXPECT_TRUE(std::is_sorted(x.begin(), x.end()));
  const auto top = static_cast<std::size_t>(std::max_element(f.begin(), f.end()) - f.begin());
  EXPECT_NEAR(x[top], 1.0, 1e-9);
  EXPECT_NEAR(x.back(), 1.6, 1e-5);
  EXPECT_EQ(picture.at("boxes").at("total"), 4);
}

TEST(Picture, PlaneShowsTheFoldWhereItIs) {
  const json picture = picture_of(examples::crease());
  const json& main = view(picture, "plane");
  EXPECT_EQ(main.at("determinant").size(), 161U);
  EXPECT_GT(main.at("determinant")[80][160].get<int>(), 0);
  EXPECT_LT(main.at("determinant")[80][0].get<int>(), 0);
  ASSERT_FALSE(main.at("fold").empty());
  for (const json& segment : main.at("fold")) EXPECT_NEAR(segment[0].get<double>(), 0.0, 2e-3);
  EXPECT_EQ(main.at("lower").size(), 4U);
  // The image lies in the half plane of nonnegative first outputs: the sheet is folded there.
  for (const json& line : main.at("image").at("lines")) {
    for (const json& point : line) EXPECT_GE(point[0].get<double>(), -1e-3);
  }
}

TEST(Picture, ZoomTellsTheTwoInputsApart) {
  const json picture = picture_of(examples::crease());
  const json& zoom = view(picture, "zoom");
  EXPECT_EQ(zoom.at("x"), json::array({0, 0}));
  EXPECT_NEAR(zoom.at("y")[0].get<double>(), -2e-4, 1e-8);
  EXPECT_NEAR(zoom.at("y")[1].get<double>(), 2e-4, 1e-8);
  for (const json& segment : zoom.at("fold")) EXPECT_NEAR(segment[0].get<double>(), -1e-4, 1e-6);
}

TEST(Picture, SlicesGoThroughTheCentreAndThroughThePair) {
  const json picture = picture_of(examples::crease_3d());
  EXPECT_EQ(picture.at("kind"), "slices");
  const json& axes = view(picture, "axes");
  EXPECT_EQ(axes.at("labels"), json::array({"input 0", "input 1"}));
  EXPECT_EQ(axes.at("center"), json::array({1, 0}));
  EXPECT_GT(axes.at("boxes").at("shown").get<int>(), 0);
  const json& witness = view(picture, "witness");
  EXPECT_FALSE(witness.at("x").is_null());
  EXPECT_FALSE(witness.at("fold").empty());
  const json& line = picture.at("line");
  ASSERT_EQ(line.at("outputs").size(), 3U);
  for (std::size_t k = 0; k < line.at("t").size(); ++k) {
    const double t = line.at("t")[k];
    if (t == 0.0 || t == 1.0) {
      for (const json& output : line.at("outputs")) EXPECT_NEAR(output[k].get<double>(), 0, 1e-12);
    }
  }
}

TEST(Picture, ASliceThroughPointsOnOneLineHasTwoSides) {
  examples::Example alone = examples::crease_3d();  // any other point than the centre may be in its witness
  alone.answer.question = "pseudo";
  alone.answer.lower = alone.answer.local_lower = 0;
  alone.answer.upper = 0;
  alone.answer.lower_exact = "0";
  alone.answer.upper_exact = "0";
  alone.answer.witness->x = {1, 0, 0};
  alone.answer.witness->y = {1.5, 0.25, -0.125};
  alone.answer.witness->x_exact = {"1", "0", "0"};
  alone.answer.witness->y_exact = {"3/2", "1/4", "-1/8"};
  const json picture = picture_of(alone);
  const json& window = view(picture, "witness").at("window");
  const auto length = [&](std::size_t axis) { return window[axis][1].get<double>() - window[axis][0].get<double>(); };
  for (const std::size_t axis : {0U, 1U}) {
    EXPECT_GT(length(axis), 1.0);
    EXPECT_LT(length(axis), 3.0);
  }
}

TEST(Picture, RadiusZeroShowsTheSurroundingsOfTheCentre) {
  for (const int inputs : {2, 3}) {
    for (const long apart : {2L, 1000L, 1000000000000L}) {
      const json picture = picture_of(examples::fold_through_centre(inputs, apart));
      for (const json& shown : picture.at("views")) {
        if (shown.at("role") == "zoom") continue;
        for (const json& side : shown.at("window")) {
          EXPECT_GT(side[1].get<double>() - side[0].get<double>(), 1.0) << inputs << " inputs, 1/" << apart;
          EXPECT_LT(side[1].get<double>() - side[0].get<double>(), 3.0) << inputs << " inputs, 1/" << apart;
        }
        EXPECT_FALSE(shown.at("fold").empty());
        EXPECT_FALSE(shown.at("center").is_null());
      }
    }
    // A pair too near to be seen apart has its close-up, as long as doubles tell it from the centre.
    EXPECT_NO_THROW(view(picture_of(examples::fold_through_centre(inputs, 1000)), "zoom"));
    EXPECT_THROW(view(picture_of(examples::fold_through_centre(inputs, 1000000000000L)), "zoom"), std::runtime_error);
  }
}

TEST(Picture, OutlinesAreSectionsOfTheBallWithinTheDomain) {
  examples::Example example = examples::crease();
  example.answer.domain_exact = {{"-2", "3/2"}, {"-5", "5"}};
  const json square = view(picture_of(example), "plane").at("upper");
  for (const json& corner : square) {
    EXPECT_LE(corner[0].get<double>(), 1.5);
    EXPECT_LE(std::abs(corner[1].get<double>()), 1.0002);
  }
  example.answer.domain_exact.clear();
  example.answer.norm = "l1";
  const json diamond = view(picture_of(example), "plane").at("upper");
  EXPECT_EQ(diamond.size(), 4U);
  for (const json& corner : diamond) {
    EXPECT_NEAR(std::abs(corner[0].get<double>() - 1) + std::abs(corner[1].get<double>()), 1.0001, 1e-3);
  }
  example.answer.norm = "l2";
  const json disc = view(picture_of(example), "plane").at("upper");
  for (const json& point : disc) {
    EXPECT_NEAR(std::hypot(point[0].get<double>() - 1, point[1].get<double>()), 1.0001, 1e-3);
  }
}

TEST(Picture, BoxesAreThinnedAndSaySo) {
  examples::Example example = examples::crease();
  const Leaf leaf = example.answer.leaves.front();
  example.answer.leaves.assign(9000, leaf);
  example.answer.leaves_total = 123456;
  const std::string record = to_json(example.model, example.answer, true);
  EXPECT_LT(record.size(), 2'000'000U);
  const json picture = json::parse(record).at("picture");
  EXPECT_LE(view(picture, "plane").at("boxes").at("shown").get<int>(), 4000);
  EXPECT_EQ(view(picture, "plane").at("boxes").at("total"), 123456);
  EXPECT_FALSE(picture.at("thinned").empty());
}

TEST(Picture, WideNetworksGetACoarserPictureInTime) {
  const examples::Example example = examples::wide(128);
  const auto start = std::chrono::steady_clock::now();
  const std::string record = to_json(example.model, example.answer, true);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 5.0);  // well under one second on its own; machines under test are busy
  EXPECT_LT(record.size(), 2'000'000U);
  EXPECT_FALSE(json::parse(record).at("picture").at("thinned").empty());
}

}  // namespace
}  // namespace foldproof
