// The record says what the answer says, in JSON that reads back to the same numbers.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "examples.h"
#include "model/network.h"

namespace foldproof {
namespace {

using nlohmann::json;

json record_of(const examples::Example& example, bool picture = false) {
  return json::parse(to_json(example.model, example.answer, picture));
}

TEST(Record, RadiusRoundTrip) {
  examples::Example example = examples::crease();
  example.answer.lower = 0.1 + 0.2;
  example.answer.center[1] = std::numeric_limits<double>::denorm_min();
  const json record = record_of(example);
  EXPECT_EQ(record.at("question"), "radius");
  EXPECT_EQ(record.at("radius").at("lower").get<double>(), 0.1 + 0.2);
  EXPECT_EQ(record.at("radius").at("lower_exact"), "9999/10000");
  EXPECT_EQ(record.at("center")[1].get<double>(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(record.at("network").at("inputs"), 2);
  EXPECT_EQ(record.at("network").at("neurons"), 1);
  EXPECT_EQ(record.at("witness").at("y_exact"), json::array({"-1/10000", "1/5000"}));
  EXPECT_FALSE(record.at("witness").contains("scale_exact"));
  EXPECT_EQ(record.at("proof").at("checked"), false);
  EXPECT_EQ(record.at("effort").at("slope_nodes"), 4567);
  EXPECT_TRUE(record.at("domain").is_null());
  EXPECT_TRUE(record.at("picture").is_null());
}

TEST(Record, DoublesAreShortest) {
  examples::Example example = examples::crease();
  example.answer.lower = 5e-324;
  example.answer.effort.seconds = 0.1;
  const std::string text = to_json(example.model, example.answer, false);
  EXPECT_NE(text.find("\"lower\": 5e-324"), std::string::npos);
  EXPECT_NE(text.find("\"seconds\": 0.1,"), std::string::npos);
}

TEST(Record, NothingThatJsonCannotHold) {
  examples::Example example = examples::crease();
  example.answer.effort.seconds = std::numeric_limits<double>::quiet_NaN();
  example.answer.upper = std::numeric_limits<double>::infinity();
  const json record = record_of(example);
  EXPECT_TRUE(record.at("effort").at("seconds").is_null());
  EXPECT_TRUE(record.at("radius").at("upper").is_null());
}

TEST(Record, FileNamesThatAreNotUtf8AreStillJson) {
  const examples::Example example = examples::crease();
  Network network = example.model.network();
  network.from.file = "bad\xff\"</script>.onnx";
  const Model hostile(std::make_shared<const Network>(network));
  const json record = json::parse(to_json(hostile, example.answer, false));
  EXPECT_EQ(record.at("network").at("file"), "bad\xef\xbf\xbd\"</script>.onnx");
}

TEST(Record, FixedInputsAndChosenOutputs) {
  const examples::Example example = examples::crease();
  Network network = example.model.network();
  network.from.fixed[2] = *Rational::parse("0.2");
  network.from.outputs_kept = {1, 0};
  const Model model(std::make_shared<const Network>(network));
  const json record = json::parse(to_json(model, example.answer, false));
  EXPECT_EQ(record.at("network").at("fixed"), json({{"2", "1/5"}}));
  EXPECT_EQ(record.at("network").at("outputs_kept"), json::array({1, 0}));
}

TEST(Record, NoUpperBound) {
  examples::Example example = examples::crease();
  example.answer.upper.reset();
  example.answer.upper_exact.reset();
  example.answer.witness.reset();
  example.answer.limit = "none_within_max_radius";
  const json record = record_of(example);
  EXPECT_TRUE(record.at("radius").at("upper").is_null());
  EXPECT_TRUE(record.at("radius").at("upper_exact").is_null());
  EXPECT_TRUE(record.at("witness").is_null());
}

TEST(Record, ScaleWhereTheRadiusIsZero) {
  EXPECT_EQ(record_of(examples::fold_at_centre()).at("witness").at("scale_exact"), "5/2");
}

TEST(Record, InjectiveHasBoxAndVerdictAndNoRadius) {
  const json record = record_of(examples::crease_on_a_box());
  EXPECT_EQ(record.at("verdict"), "proved");
  EXPECT_EQ(record.at("box"), json::parse(R"([["1/2", "2"], ["-1", "1"]])"));
  EXPECT_FALSE(record.contains("radius"));
  EXPECT_TRUE(record.at("limit").is_null());
}

}  // namespace
}  // namespace foldproof
