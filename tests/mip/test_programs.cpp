// The programs themselves: optima known by hand, bounds behind the big-M constants, what their texts hold.
#include <gtest/gtest.h>

#include <cmath>

#include "mip/program_text.h"
#include "mip/separation.h"
#include "mip/solver.h"
#include "model/evaluate.h"
#include "random_networks.h"

namespace foldproof {
namespace {

constexpr double tolerance = 1e-6;
const auto never = [] { return false; };

AffineRow scaled(const AffineRow& row, long factor) { return NetworkBuilder::scale(row, Rational(factor)); }
AffineRow shifted(const AffineRow& row, long constant) {
  return NetworkBuilder::add(row, NetworkBuilder::constant(Rational(constant)));
}

/// |row| as two scalar ReLUs.
AffineRow absolute(NetworkBuilder& builder, const AffineRow& row) {
  return NetworkBuilder::add(builder.relu(row), builder.relu(scaled(row, -1)));
}

/// f(x) = |x|
Network absolute_value() {
  NetworkBuilder builder(1, Hinges::keep);
  AffineRow output = absolute(builder, builder.input(0));
  return builder.finish({std::move(output)}, {});
}

/// f(x, y) = (|x|, y), by a residual sum: x + 2 relu(-x).
Network crease() {
  NetworkBuilder builder(2, Hinges::keep);
  const AffineRow back = builder.relu(scaled(builder.input(0), -1));
  AffineRow output = NetworkBuilder::add(builder.input(0), back, Rational(2));
  return builder.finish({std::move(output), builder.input(1)}, {});
}

/// (x, relu(y - shift)), the first output times `factor`
Network shifted_hinge(long factor, long shift) {
  NetworkBuilder builder(2, Hinges::keep);
  AffineRow hinge = builder.relu(shifted(builder.input(1), -shift));
  return builder.finish({scaled(builder.input(0), factor), std::move(hinge)}, {});
}

FloatBall ball(std::vector<double> centre, Norm norm = Norm::linf) {
  FloatBall result{norm, std::move(centre), {}, {}};
  result.scale.assign(result.size(), 1.0);
  return result;
}

double optimum(const SeparationQuestion& question, double radius, BigM how = BigM::interval) {
  Options options;
  Control control(options, nullptr);
  const auto solution = solve(separation_program(question, radius, how, never).program, std::nullopt, control);
  EXPECT_TRUE(solution && solution->value);
  EXPECT_NEAR(solution->bound, *solution->value, 1e-3);
  return *solution->value;
}

TEST(Problem1, OptimaOfTheAbsoluteValue) {
  for (const BigM how : {BigM::interval, BigM::lp}) {
    SeparationQuestion question{FloatNetwork(absolute_value()), ball({1.0})};
    EXPECT_NEAR(optimum(question, 0.5, how), 0.0, tolerance);
    EXPECT_NEAR(optimum(question, 1.25, how), 0.5, tolerance);
    EXPECT_NEAR(optimum(question, 4.0, how), 6.0, tolerance);
    question.ball.domain = {{-0.25, 9.0}};
    EXPECT_NEAR(optimum(question, 4.0, how), 0.5, tolerance);
  }
}

TEST(Problem1, BallsOfTheSumNorm) {
  for (const BigM how : {BigM::interval, BigM::lp}) {
    // (-1, y) and (1, y) meet; from (1, 0) the first is 2 + |y| away.
    const SeparationQuestion question{FloatNetwork(crease()), ball({1.0, 0.0}, Norm::l1)};
    EXPECT_NEAR(optimum(question, 1.0, how), 0.0, tolerance);
    EXPECT_NEAR(optimum(question, 1.5, how), 1.0, tolerance);
  }
}

TEST(Problem1, BallsWithAxesOfTheirOwn) {
  // Within |x - 1| <= 2 r, |y| <= r / 2.
  SeparationQuestion question{FloatNetwork(crease()), ball({1.0, 0.0})};
  question.ball.scale = {2.0, 0.5};
  EXPECT_NEAR(optimum(question, 0.5), 0.0, tolerance);
  EXPECT_NEAR(optimum(question, 0.75), 1.0, tolerance);
}

TEST(Problem2, TheOtherPreimage) {
  SeparationQuestion question{FloatNetwork(absolute_value()), ball({1.0})};
  question.from_centre = true;
  question.centre_value = {1.0};
  EXPECT_NEAR(optimum(question, 1.875), 0.0, tolerance);
  EXPECT_NEAR(optimum(question, 2.125), 2.0, tolerance);
}

TEST(Problem3, HandExample) {
  // f1 = (x, relu(y - 1)), f2 = (2x, relu(y - 2)) about 0: f2 is a function of f1 everywhere, f1 of f2 up to radius 1.
  const Network first = shifted_hinge(1, 1);
  const Network second = shifted_hinge(2, 2);
  SeparationQuestion question{FloatNetwork(first), ball({0.0, 0.0})};
  question.told_by.emplace(second);
  EXPECT_NEAR(optimum(question, 8.0), 0.0, tolerance);
  SeparationQuestion back{FloatNetwork(second), ball({0.0, 0.0})};
  back.told_by.emplace(first);
  EXPECT_NEAR(optimum(back, 0.875), 0.0, tolerance);
  EXPECT_NEAR(optimum(back, 1.5), 0.5, tolerance);
}

TEST(BigMConstants, BoundsHoldAndLinearProgramsTightenThem) {
  std::mt19937_64 random(11);
  for (const bool skip : {false, true}) {
    testing::RandomShape shape;
    shape.hidden = 3;
    shape.skip = skip;
    const Network network = testing::random_network(shape, random);
    const FloatNetwork rounded(network);
    for (const Norm norm : {Norm::linf, Norm::l1}) {
      const FloatBall around = ball({0.25, -0.5}, norm);
      const RowBounds wide = row_bounds(rounded, around, 1.0, BigM::interval, never);
      const RowBounds tight = row_bounds(rounded, around, 1.0, BigM::lp, never);
      bool tightened = false;
      for (int sample = 0; sample < 50; ++sample) {
        const long i = testing::random_int(random, -8, 8);
        const long j = norm == Norm::l1 ? testing::random_int(random, static_cast<int>(std::abs(i)) - 8,
                                                              8 - static_cast<int>(std::abs(i)))
                                        : testing::random_int(random, -8, 8);
        const std::vector<Rational> x{Rational(1) / Rational(4) + Rational(i) / Rational(8),
                                      Rational(j) / Rational(8) - Rational(1) / Rational(2)};
        const ExactValue value = evaluate(network, x);
        for (std::size_t k = 0; k < network.neurons.size(); ++k) {
          const double z = value.pre_activation[k].nearest_double();
          const double slack = 1e-9 * (1.0 + std::abs(z));
          for (const RowBounds* bounds : {&wide, &tight}) {
            EXPECT_LE(bounds->neurons[k].first, z + slack);
            EXPECT_GE(bounds->neurons[k].second, z - slack);
          }
          tightened = tightened || tight.neurons[k].second < wide.neurons[k].second - 1e-3;
        }
      }
      EXPECT_TRUE(tightened);
    }
  }
}

TEST(ProgramText, RoundBallsAreQuadraticRows) {
  const SeparationQuestion question{FloatNetwork(crease()), ball({1.0, 0.0}, Norm::l2)};
  const MipProgram program = separation_program(question, 2.0, BigM::interval, never).program;
  ASSERT_EQ(program.quadratic_rows().size(), 2U);
  // (x - 1)^2 + y^2 <= 4
  const std::string lp = program_text(program, MipFormat::lp, "a\nb");
  EXPECT_NE(lp.find("\\ a b\n"), std::string::npos);
  EXPECT_NE(lp.find(" ball_x:\n  - 2 x0\n  + [\n  + 1 x0 ^2\n  + 1 x1 ^2\n  ]\n  <= 3\n"), std::string::npos) << lp;
  const std::string mps = program_text(program, MipFormat::mps, "a");
  EXPECT_NE(mps.find("QCMATRIX ball_y\n y0 y0 1\n y1 y1 1\n"), std::string::npos) << mps;
}

TEST(ProgramText, NumbersReadBackToTheSameDoubles) {
  MipProgram program;
  const int x = program.add_column("x", -0.1, 1.0 / 3.0);
  program.add_row("row", {{x, 0.1}, {x, 0.2}}, 1e-300, HUGE_VAL);
  program.maximise(x);
  const std::string lp = program_text(program, MipFormat::lp, "");
  EXPECT_NE(lp.find(" row:\n  + 0.30000000000000004 x\n  >= 1e-300\n"), std::string::npos) << lp;
  EXPECT_NE(lp.find(" -0.1 <= x <= 0.3333333333333333\n"), std::string::npos) << lp;
}

}  // namespace
}  // namespace foldproof
