// The text of a field: what it means, and what is said about one that cannot be read.
#include <gtest/gtest.h>

#include "dynamics/field_text.h"
#include "fields.h"
#include "foldproof/foldproof.h"

namespace foldproof {
namespace {

using testing::map_of;
using testing::numbers;

TEST(FieldText, IsOneEulerStepWithExactCoefficients) {
  const PolynomialMap map = testing::brusselator();
  // x + tau (a - (b + 1) x + x^2 y) at (2, 3): 2 + 0.15 (1 - 6.2 + 12) = 3.02; y: 3 + 0.15 (4.2 - 12) = 1.83
  EXPECT_EQ(map.evaluate(numbers({"2", "3"})), numbers({"3.02", "1.83"}));
}

TEST(FieldText, ReadsPrecedenceSignsAndComments) {
  const auto value = [](const std::string& expression) {
    const FieldText field =
        parse_field("t", "x' = " + expression + " # a comment\r\n\n# another\nc=2\n  tau = 1e0\n", {});
    return field.derivatives.at(0).evaluate(numbers({"3"})).pretty();
  };
  EXPECT_EQ(value("1 + 2*3^2"), "19");
  EXPECT_EQ(value("-x^2"), "-9");
  EXPECT_EQ(value("2*-x"), "-6");
  EXPECT_EQ(value("1 - 2 - 3"), "-4");
  EXPECT_EQ(value("12/c/3"), "2");
  EXPECT_EQ(value("(x - 1)*(x + 1)/(1 + 1)"), "4");
  EXPECT_EQ(value("1.5e-1 + .25 + x^0"), "1.4");
  EXPECT_EQ(value("x/3"), "1");
}

TEST(FieldText, ConstantsMayUseTheConstantsAboveAndCanBeSet) {
  const std::string text = "x' = k\na = 2\nk = a^2/3\ntau = 0.5\n";
  EXPECT_EQ(parse_field("t", text, {}).constants.at(1).second, Rational::parse("4/3"));
  EXPECT_EQ(parse_field("t", text, {{"a", "3"}}).constants.at(1).second, Rational(3));
  EXPECT_EQ(parse_field("t", text, {{"tau", "1/7"}}).tau, Rational::parse("1/7"));
}

struct Wrong {
  const char* text;
  const char* says;
};

TEST(FieldText, NamesLineAndColumnOfWhatIsWrong) {
  for (const Wrong& wrong : std::vector<Wrong>{
           {"x' = 2x\ntau = 1\n", "line 1, column 7: an operator is missing"},
           {"tau = 1\nx' = 1 + z\n", "line 2, column 10: 'z' is not known"},
           {"x' = (1 + x\ntau = 1\n", "line 1, column 6: this '(' is not closed"},
           {"x' = 1)\ntau = 1\n", "line 1, column 7: this ')' closes nothing"},
           {"x' = 1/x\ntau = 1\n", "line 1, column 8: a field is a polynomial"},
           {"x' = 1/(2-2)\ntau = 1\n", "line 1, column 8: this divides by zero"},
           {"x' = x**2\ntau = 1\n", "line 1, column 8: '**' is not read"},
           {"x' = x^-1\ntau = 1\n", "line 1, column 8: after ^ stands a whole number"},
           {"x' = x^1.5\ntau = 1\n", "line 1, column 8: after ^ stands a whole number"},
           {"x' = x^2^3\ntau = 1\n", "line 1, column 8: write parentheses"},
           {"x' = x^25\ntau = 1\n", "line 1, column 8: the degree is 25"},
           {"x' = 9^999^1\ntau = 1\n", "write parentheses"},
           {"x' = \ntau = 1\n", "line 1, column 6: the line ends"},
           {"x' = 1 + % x\ntau = 1\n", "line 1, column 10: '%' is not expected"},
           {"x' = 1\nx' = 2\ntau = 1\n", "line 2, column 1: 'x' has a line already, line 1"},
           {"x' 1\ntau = 1\n", "line 1, column 4: '=' is needed"},
           {"3 = x\ntau = 1\n", "line 1, column 1: a line begins with a name"},
           {"x' = 1\nb = x\ntau = 1\n", "line 2, column 5: a constant cannot depend on the state 'x'"},
           {"x' = 1\nb = c\nc = 1\ntau = 1\n", "line 2, column 5: 'c' is not known here; define it on a line above"},
           {"x' = 1\ntau = -1\n", "line 2, column 1: tau must be positive"},
           {"x' = 1\n", "the time step is missing"},
           {"tau = 1\n", "no state has a line"},
           {"", "no state has a line"},
       }) {
    try {
      parse_field("t.field", wrong.text, {});
      ADD_FAILURE() << "accepted: " << wrong.text;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(wrong.says), std::string::npos) << error.what();
    }
  }
}

TEST(FieldText, ShortTextsCannotAskForEndlessWork) {
  const std::string deep = "x' = " + std::string(100'000, '(') + "\ntau = 1\n";
  EXPECT_THROW(parse_field("t", deep, {}), InputError);
  EXPECT_THROW(parse_field("t", "x' = 1\na = 9^999\nb = a^999\nc = b^999\ntau = 1\n", {}), InputError);
  EXPECT_THROW(parse_field("t", "x' = (x + 1)^999\ntau = 1\n", {}), InputError);
  std::string wide = "tau = 1\n", sum = "1";
  for (int i = 0; i < 15; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    wide.append(name).append("' = 1\n");
    sum.append(" + ").append(name);
  }
  EXPECT_THROW(parse_field("t", wide + "z' = (" + sum + ")^24\n", {}), InputError);
}

TEST(FieldText, AnUnknownConstantCannotBeSet) {
  EXPECT_THROW(parse_field("t", "x' = 1\ntau = 1\n", {{"nu", "1"}}), InputError);
  EXPECT_THROW(parse_field("t", "x' = 1\ntau = 1\n", {{"tau", "0"}}), InputError);
}

TEST(PolynomialMap, DoublesFollowTheExactValues) {
  const PolynomialMap map = testing::van_der_pol();
  const DoubleMap fast(map);
  const std::vector<double> value = fast({0.5, -1.25});
  const std::vector<Rational> exact = map.evaluate(numbers({"0.5", "-1.25"}));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(value[i], exact[i].nearest_double(), 1e-14);
}

}  // namespace
}  // namespace foldproof
