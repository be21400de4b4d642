// What an answer of the published method means, and what decides where it and the engine contradict each other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "number/rational.h"
#include "report/words.h"

namespace foldproof {

namespace {

double distance(const std::vector<double>& x, const std::vector<double>& y) {
  double result = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) result = std::max(result, std::abs(x[i] - y[i]));
  return result;
}

std::vector<double> numbers(const std::vector<std::string>& exact_texts) {
  std::vector<double> result;
  for (const std::string& text : exact_texts)
    result.push_back(Rational::parse(text).value_or(Rational()).nearest_double());
  return result;
}

}  // namespace

std::string disagreement_words(const MipAnswer& answer) {
  const Answer& engine = *answer.engine;
  if (answer.disagreement == "refuted") {
    return fmt::format(
        "The MILP refutes the ball of radius {}, which is proved to hold no two inputs with one output. Its pair "
        "satisfies f(x) = f(y) only up to {:.3g}.",
        answer.upper.value_or(0.0), answer.pair ? answer.pair->image_gap : 0.0);
  }
  if (engine.upper == 0.0) {
    return fmt::format(
        "The MILP certifies the ball of radius {}, yet exact pairs with one output lie as close to the centre as one "
        "likes.",
        answer.lower);
  }
  const double apart = engine.witness ? distance(engine.witness->x, engine.witness->y) : 0.0;
  return fmt::format(
      "The MILP certifies the ball of radius {}, yet two inputs in it, {:.3g} apart, have exactly the same output: the "
      "pair below decides. {}",
      answer.lower, apart,
      apart <= answer.settings.threshold
          ? fmt::format("A program whose threshold is {} cannot see a pair that close.", answer.settings.threshold)
          : "The solver missed it within its tolerances.");
}

std::string disagreement_words(const MipAnswer& answer, const std::string& first, const std::string& second) {
  const Answer& engine = *answer.engine;
  if (answer.disagreement == "refuted") {
    return fmt::format(
        "The MILP refutes the ball of radius {0}, on which equal outputs of {1} are proved to make equal outputs of "
        "{2}. "
        "Its pair satisfies {1}(x) = {1}(y) only up to {3:.3g}.",
        answer.upper.value_or(0.0), first, second, answer.pair ? answer.pair->image_gap : 0.0);
  }
  if (engine.upper == 0.0) {
    return fmt::format(
        "The MILP certifies the ball of radius {}, yet exact pairs with one output of {} and two of {} lie as close to "
        "the "
        "centre as one likes.",
        answer.lower, first, second);
  }
  const double apart =
      engine.witness ? distance(numbers(engine.witness->b_x_exact), numbers(engine.witness->b_y_exact)) : 0.0;
  return fmt::format(
      "The MILP certifies the ball of radius {}, yet two inputs in it have exactly the same output of {} and outputs "
      "of {} "
      "that are {:.3g} apart: the pair below decides. {}",
      answer.lower, first, second, apart,
      apart <= answer.settings.threshold
          ? fmt::format("A program whose threshold is {} cannot see a difference that small.",
                        answer.settings.threshold)
          : "The solver missed it within its tolerances.");
}

}  // namespace foldproof
