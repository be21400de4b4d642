#include "networks.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include "model/evaluate.h"

namespace foldproof::testing {

nlohmann::json read_json(const std::string& name) {
  std::ifstream file(std::string(FOLDPROOF_TESTS_DIR) + "/" + name);
  if (!file) throw std::runtime_error("cannot open the test data " + name);
  return nlohmann::json::parse(file);
}

std::string text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return std::to_string(value.get<long>());
  return Rational::from_double(value.get<double>()).str();
}

Rational number(const nlohmann::json& value) { return Rational::parse(text(value)).value(); }

std::vector<std::string> texts(const nlohmann::json& values) {
  std::vector<std::string> result;
  for (const auto& value : values) result.push_back(text(value));
  return result;
}

void PrintTo(const Named& named, std::ostream* out) { *out << named.name; }

std::string name_of(const ::testing::TestParamInfo<Named>& info) {
  std::string name = info.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

Network chain(const nlohmann::json& layers) {
  const int n = static_cast<int>(layers.at(0).at("W").at(0).size());
  NetworkBuilder builder(n);
  std::vector<AffineRow> current;
  for (int i = 0; i < n; ++i) current.push_back(builder.input(i));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<const AffineRow*> pointers;
    for (const AffineRow& row : current) pointers.push_back(&row);
    std::vector<AffineRow> next;
    for (std::size_t k = 0; k < layers[l].at("W").size(); ++k) {
      std::vector<Rational> weights;
      for (const auto& weight : layers[l].at("W")[k]) weights.push_back(number(weight));
      AffineRow row = NetworkBuilder::combine(weights, pointers, number(layers[l].at("b")[k]));
      next.push_back(l + 1 < layers.size() ? builder.relu(row) : std::move(row));
    }
    current = std::move(next);
  }
  return builder.finish(std::move(current), {});
}

Model model_of(const nlohmann::json& layers) { return Model(std::make_shared<const Network>(chain(layers))); }

void expect_consistent(const Model& model, const Answer& answer, double gap) {
  const auto parse = [](const std::string& s) { return Rational::parse(s).value(); };
  EXPECT_EQ(parse(answer.lower_exact), Rational::from_double(answer.lower));
  if (answer.upper) {
    EXPECT_LE(answer.lower, *answer.upper);
    ASSERT_TRUE(answer.witness.has_value());
    const auto& x = answer.witness->x_exact;
    const auto& y = answer.witness->y_exact;
    EXPECT_NE(x, y);
    EXPECT_EQ(model.evaluate(x), answer.witness->f_exact);
    EXPECT_EQ(model.evaluate(y), answer.witness->f_exact);
    if (!answer.witness_scale_exact) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const Rational centre = parse(answer.center_exact[i]);
        EXPECT_LE(abs(parse(x[i]) - centre), parse(*answer.upper_exact));
        EXPECT_LE(abs(parse(y[i]) - centre), parse(*answer.upper_exact));
      }
    }
    if (answer.question == "radius" && answer.status == "solved") {
      EXPECT_LE(*answer.upper - answer.lower, gap * *answer.upper);
    }
  }
  for (std::size_t i = 0; i < answer.domain_exact.size() && answer.witness; ++i) {
    for (const auto* point : {&answer.witness->x_exact, &answer.witness->y_exact}) {
      EXPECT_GE(parse((*point)[i]), parse(answer.domain_exact[i].first));
      EXPECT_LE(parse((*point)[i]), parse(answer.domain_exact[i].second));
    }
  }
}

void expect_radius(const Answer& answer, const std::string& r) {
  EXPECT_EQ(answer.status, "solved");
  if (r == "inf") {
    EXPECT_FALSE(answer.upper.has_value()) << "refuted at " << *answer.upper;
    return;
  }
  const Rational exact = Rational::parse(r).value();
  EXPECT_LE(Rational::parse(answer.lower_exact).value(), exact) << "proved too much";
  ASSERT_TRUE(answer.upper_exact.has_value()) << "not refuted";
  EXPECT_GE(Rational::parse(*answer.upper_exact).value(), exact) << "refuted too early";
}

}  // namespace foldproof::testing
