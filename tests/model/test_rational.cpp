// Rational: reading, printing, and conversions that say which way they round.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "number/decimal.h"
#include "number/rational.h"
#include "number/scalar.h"

namespace foldproof {
namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

Rational number(const char* text) {
  const std::optional<Rational> value = Rational::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Rational(0));
}

// Few digits that stay true, whatever the size: the lower end down, the upper one up.
TEST(BracketEnd, HasDigitsThatMatter) {
  const auto ends = [](const std::string& lower, const std::string& upper) {
    const Rational a = *Rational::parse(lower), b = *Rational::parse(upper);
    return bracket_end(a, a.nearest_double(), b.nearest_double(), Towards::zero) + " " +
           bracket_end(b, a.nearest_double(), b.nearest_double(), Towards::above);
  };
  EXPECT_EQ(ends("0.81987829876543", "0.81987899876543"), "0.8198782 0.8198790");
  EXPECT_EQ(ends("1/3", "2/3"), "0.333 0.667");
  EXPECT_EQ(ends("1/4", "1/3"), "0.25 0.334");
  EXPECT_EQ(ends("100/3", "101/3"), "33.333 33.667");
  EXPECT_EQ(ends("1.7769367320362314e-9", "1.7769383312807298e-9"), "1.776936e-9 1.776939e-9");
  EXPECT_EQ(ends("1.77693673203e-300", "1.77693833128e-300"), "1.776936e-300 1.776939e-300");
  EXPECT_EQ(ends("1.164153218269348e-10", "1/3"), "1.16e-10 0.334");
  EXPECT_EQ(bracket_end(*Rational::parse("1.164153218269348e-10"), 1e-10, std::nullopt, Towards::zero), "1.164e-10");
  EXPECT_EQ(bracket_end(*Rational::parse("0.00012345678987654"), 1e-4, std::nullopt, Towards::zero), "0.0001234");
  EXPECT_EQ(bracket_end(*Rational::parse("20/3"), 6.0, std::nullopt, Towards::above), "6.666667");
  EXPECT_EQ(bracket_end(Rational(0), 0.0, std::nullopt, Towards::zero), "0");
}

TEST(Rational, ReadsDecimalsAndFractionsExactly) {
  EXPECT_EQ(number("0.1"), Rational(1) / Rational(10));
  EXPECT_EQ(number("-12"), Rational(-12));
  EXPECT_EQ(number("+.5"), Rational(1) / Rational(2));
  EXPECT_EQ(number("1.5e-3"), Rational(3) / Rational(2000));
  EXPECT_EQ(number("2E3"), Rational(2000));
  EXPECT_EQ(number("-6/4"), Rational(-3) / Rational(2));
  EXPECT_EQ(number("0.5/0.25"), Rational(2));
  EXPECT_EQ(number("-0.0"), Rational(0));
}

TEST(Rational, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.2.3", "1e", "1e+", "e5", "1/0", "1/", "/2", "0x10", " 1", "1 ", "1e5000",
                           "nan", "inf", "1,5"}) {
    EXPECT_FALSE(Rational::parse(text).has_value()) << text;
  }
}

TEST(Rational, Prints) {
  EXPECT_EQ((Rational(6) / Rational(-4)).str(), "-3/2");
  EXPECT_EQ(Rational(7).str(), "7");
  EXPECT_EQ(number("0.1").pretty(), "0.1");
  EXPECT_EQ(number("-12.0625").pretty(), "-12.0625");
  EXPECT_EQ(number("-0.001").pretty(), "-0.001");
  EXPECT_EQ(number("1/3").pretty(), "1/3");
  EXPECT_EQ(Rational(40).pretty(), "40");
}

TEST(Rational, HoldsEveryFiniteDouble) {
  for (const double x : {0.0, 1.0, -0.1, smallest, -smallest, 0x1.fffffffffffffp-1023, 0x1p-1022, largest, -largest}) {
    const Rational exact = Rational::from_double(x);
    EXPECT_TRUE(exact.is_double());
    EXPECT_EQ(exact.lower_double(), x);
    EXPECT_EQ(exact.upper_double(), x);
    EXPECT_EQ(exact.nearest_double(), x);
  }
  EXPECT_THROW(Rational::from_double(infinity), std::invalid_argument);
  EXPECT_THROW(Rational::from_double(std::nan("")), std::invalid_argument);
}

TEST(Rational, RoundsOutwardsBeyondTheDoubles) {
  const Rational huge = number("1e400");
  EXPECT_EQ(huge.lower_double(), largest);
  EXPECT_EQ(huge.upper_double(), infinity);
  EXPECT_EQ((-huge).lower_double(), -infinity);
  EXPECT_EQ((-huge).upper_double(), -largest);
  const Rational tiny = number("1e-400");
  EXPECT_EQ(tiny.lower_double(), 0.0);
  EXPECT_EQ(tiny.upper_double(), smallest);
  EXPECT_EQ((-tiny).lower_double(), -smallest);
  EXPECT_EQ((-tiny).upper_double(), 0.0);
  const Rational above_largest = Rational::from_double(largest) + Rational(1);
  EXPECT_EQ(above_largest.lower_double(), largest);
  EXPECT_EQ(above_largest.upper_double(), infinity);
  EXPECT_FALSE(above_largest.is_double());
}

TEST(Rational, LowerAndUpperAreTheNeighbours) {
  std::mt19937_64 random(11);
  for (int trial = 0; trial < 20000; ++trial) {
    // A double of any exponent, moved by a fraction of its own neighbour's distance.
    const double x = std::bit_cast<double>(random());
    if (!std::isfinite(x) || std::fabs(x) == largest) continue;
    const double next = std::nextafter(x, infinity);
    const Rational share = Rational(static_cast<long>(random() % 99 + 1)) / Rational(100);
    const Rational exact = Rational::from_double(x);
    const Rational between = exact + (Rational::from_double(next) - exact) * share;
    ASSERT_EQ(between.lower_double(), x);
    ASSERT_EQ(between.upper_double(), next);
    ASSERT_FALSE(between.is_double());
    if (share != Rational(1) / Rational(2)) {
      ASSERT_EQ(between.nearest_double(), share < Rational(1) / Rational(2) ? x : next);
    }
  }
}

TEST(Rational, QuotientsLieBetweenTheirRoundings) {
  std::mt19937_64 random(12);
  for (int trial = 0; trial < 20000; ++trial) {
    const Rational x = Rational(static_cast<long>(random())) / Rational(static_cast<long>(random() >> 20U) + 1);
    const double below = x.lower_double();
    const double above = x.upper_double();
    ASSERT_LE(Rational::from_double(below), x);
    ASSERT_GE(Rational::from_double(above), x);
    ASSERT_TRUE(below == above ? x.is_double() : std::nextafter(below, infinity) == above);
  }
}

TEST(Rational, DivisionByZeroIsRefused) { EXPECT_THROW(Rational(1) / Rational(0), std::domain_error); }

TEST(Rational, LargestOfAVector) {
  EXPECT_EQ(max_abs({}), Rational(0));
  EXPECT_EQ(max_abs({Rational(2), Rational(-5), Rational(3)}), Rational(5));
}

RationalMatrix matrix(int rows, int columns, const std::vector<Rational>& entries) {
  RationalMatrix result(rows, columns);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) result.set(i, j, entries[static_cast<std::size_t>(i * columns + j)]);
  }
  return result;
}

TEST(RationalMatrix, SolvesExactly) {
  const RationalMatrix a = matrix(2, 2, {Rational(1), number("1/3"), number("0.1"), Rational(2)});
  EXPECT_EQ(a.determinant(), number("59/30"));
  const std::vector<Rational> x = {number("5/7"), Rational(-3)};
  EXPECT_EQ(a.solve(a.multiply(x)).value(), x);
}

TEST(RationalMatrix, SingularMatricesHaveANullVector) {
  const std::vector<std::vector<Rational>> cases = {
      {Rational(1), Rational(2), Rational(2), Rational(4)},
      {Rational(0), Rational(1), Rational(0), Rational(5)},
      {Rational(0), Rational(0), Rational(0), Rational(0)},
      {Rational(1), Rational(0), Rational(3), Rational(0)},
  };
  for (const auto& entries : cases) {
    const RationalMatrix a = matrix(2, 2, entries);
    EXPECT_TRUE(a.determinant().is_zero());
    EXPECT_FALSE(a.solve({Rational(1), Rational(0)}).has_value());
    const auto v = a.null_vector();
    ASSERT_TRUE(v.has_value());
    EXPECT_GT(max_abs(*v), Rational(0));
    EXPECT_TRUE(max_abs(a.multiply(*v)).is_zero());
  }
  EXPECT_FALSE(matrix(2, 2, {Rational(1), Rational(2), Rational(3), Rational(4)}).null_vector().has_value());
  const RationalMatrix wide = matrix(1, 3, {Rational(0), Rational(2), Rational(3)});
  EXPECT_TRUE(max_abs(wide.multiply(wide.null_vector().value())).is_zero());
}

TEST(RationalMatrix, SolutionsKeepTheFreeEntriesOfTheGuess) {
  RationalMatrix a(2, 3);  // x0 + 2 x1 + x2 = 5, 2 x0 + 4 x1 + x2 = 7: x1 is free
  const long rows[2][3] = {{1, 2, 1}, {2, 4, 1}};
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) a.set(i, j, Rational(rows[i][j]));
  }
  const auto found = a.solutions({Rational(5), Rational(7)}, {Rational(9), Rational(3), Rational(9)});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->free, std::vector<int>{1});
  EXPECT_EQ(found->x, (std::vector<Rational>{Rational(-4), Rational(3), Rational(3)}));

  RationalMatrix tall(3, 1);
  for (int i = 0; i < 3; ++i) tall.set(i, 0, Rational(i + 1));
  const auto only = tall.solutions({Rational(2), Rational(4), Rational(6)}, {Rational(0)});
  ASSERT_TRUE(only.has_value());
  EXPECT_TRUE(only->free.empty());
  EXPECT_EQ(only->x, std::vector<Rational>{Rational(2)});
  EXPECT_FALSE(tall.solutions({Rational(2), Rational(4), Rational(7)}, {Rational(0)}).has_value());
}

}  // namespace
}  // namespace foldproof
