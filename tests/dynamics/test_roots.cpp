// Real roots against polynomials whose roots are known.
#include <gtest/gtest.h>

#include "dynamics/real_roots.h"
#include "fields.h"

namespace foldproof {
namespace {

using testing::numbers;

TEST(RealRoots, AreAllFoundWithTheirMultiplicities) {
  // (t - 1)^2 (t + 2) (t^2 + 1) = t^5 - 2 t^3 + 2 t^2 - 3 t + 2
  const IntegerPolynomial f(numbers({"2", "-3", "2", "-2", "0", "1"}));
  const auto roots = roots_in(f, std::nullopt, 64);
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_LE(roots[0].enclosure.first, Rational(-2));
  EXPECT_GE(roots[0].enclosure.second, Rational(-2));
  EXPECT_EQ(roots[0].multiplicity, 1);
  EXPECT_LE(roots[1].enclosure.first, Rational(1));
  EXPECT_GE(roots[1].enclosure.second, Rational(1));
  EXPECT_EQ(roots[1].multiplicity, 2);
}

TEST(RealRoots, CloseRootsAreToldApart) {
  // t (t - 1e-40): far closer than 64 bits
  const auto roots = roots_in(IntegerPolynomial(numbers({"0", "-1e-40", "1"})), std::nullopt, 64);
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_LT(roots[0].enclosure.second, roots[1].enclosure.first);
}

TEST(RealRoots, EndsOfTheIntervalBelongToIt) {
  const IntegerPolynomial f(numbers({"-2", "0", "1"}));  // t^2 = 2
  EXPECT_EQ(roots_in(f, Interval(Rational(0), Rational(2)), 64).size(), 1U);
  const IntegerPolynomial third(numbers({"-1", "3"}));  // t = 1/3
  EXPECT_EQ(roots_in(third, Interval(Rational::parse("1/3").value(), Rational(2)), 64).size(), 1U);
  EXPECT_EQ(roots_in(third, Interval(Rational(0), Rational::parse("1/3").value()), 64).size(), 1U);
  // The interval ends 1e-60 short of the root.
  const Rational short_of = Rational::parse("1/3").value() - Rational::parse("1e-60").value();
  EXPECT_EQ(roots_in(third, Interval(Rational(0), short_of), 64).size(), 0U);
}

TEST(RealRoots, AConstantHasNone) {
  EXPECT_TRUE(roots_in(IntegerPolynomial(numbers({"7"})), std::nullopt, 64).empty());
}

}  // namespace
}  // namespace foldproof
