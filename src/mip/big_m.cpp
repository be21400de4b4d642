#include "mip/big_m.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "number/scalar.h"
#include "search/linear_program.h"

namespace foldproof {

namespace {

using Interval = std::pair<double, double>;

/// `values`: of the inputs and of the neurons before this row, after their ReLU.
Interval range(const FloatRow& row, const std::vector<Interval>& values) {
  Interval result{row.constant, row.constant};
  for (const auto& [variable, coefficient] : row.terms) {
    const auto& [lower, upper] = values[at(variable)];
    result.first += coefficient * (coefficient > 0 ? lower : upper);
    result.second += coefficient * (coefficient > 0 ? upper : lower);
  }
  return result;
}

/// The relaxation, which grows with every neuron. Variables: inputs, neurons, then |x_i - c_i| for balls of the l1
/// norm.
class Relaxation {
 public:
  Relaxation(const FloatNetwork& network, const FloatBall& ball, double radius)
      : count_(ball.size() + network.neurons.size() + (ball.norm == Norm::l1 ? ball.size() : 0)),
        program_(static_cast<int>(count_)) {
    const auto sides = ball.box(radius);
    for (std::size_t i = 0; i < ball.size(); ++i) {
      program_.lower[i] = sides[i].first;
      program_.upper[i] = sides[i].second;
    }
    if (ball.norm != Norm::l1) return;
    const std::size_t first = ball.size() + network.neurons.size();
    std::vector<double> total(count_, 0.0);
    for (std::size_t i = 0; i < ball.size(); ++i) {
      program_.upper[first + i] = radius * ball.scale[i];
      total[first + i] = 1.0 / ball.scale[i];
      for (const double sign : {-1.0, 1.0}) {
        std::vector<double> row(count_, 0.0);
        row[first + i] = 1.0;
        row[i] = sign;
        program_.add_row(row, sign * ball.centre[i], infinity);
      }
    }
    program_.add_row(total, -infinity, radius);
  }

  /// `row` is not bounded better than `interval` by interval arithmetic.
  Interval tighten(const FloatRow& row, Interval interval) {
    const std::vector<double> form = coefficients(row);
    program_.cost = form;
    if (const auto low = program_.minimise(); low && !low->infeasible) {
      interval.first = std::max(interval.first, widen(low->objective + row.constant, -1.0));
    }
    for (double& cost : program_.cost) cost = -cost;
    if (const auto high = program_.minimise(); high && !high->infeasible) {
      interval.second = std::min(interval.second, widen(row.constant - high->objective, 1.0));
    }
    if (interval.first > interval.second) interval.first = interval.second;
    return interval;
  }

  void add_neuron(std::size_t variable, const FloatRow& row, const Interval& bounds) {
    const auto& [lower, upper] = bounds;
    if (upper <= 0.0) return;
    program_.lower[variable] = std::max(lower, 0.0);
    program_.upper[variable] = upper;
    std::vector<double> form = coefficients(row);
    for (double& entry : form) entry = -entry;
    form[variable] = 1.0;
    program_.add_row(form, row.constant, lower >= 0.0 ? row.constant : infinity);
    if (lower >= 0.0) return;
    const double slope = upper / (upper - lower);
    for (double& entry : form) entry *= slope;
    form[variable] = 1.0;
    program_.add_row(form, -infinity, slope * (row.constant - lower));
  }

 private:
  static constexpr double infinity = HUGE_VAL;

  /// The solver's tolerance must not cut off points of the ball.
  static double widen(double value, double direction) { return value + direction * 1e-8 * (1.0 + std::abs(value)); }

  std::vector<double> coefficients(const FloatRow& row) const {
    std::vector<double> result(count_, 0.0);
    for (const auto& [variable, coefficient] : row.terms) result[at(variable)] = coefficient;
    return result;
  }

  std::size_t count_;
  LinearProgram program_;
};

}  // namespace

RowBounds row_bounds(const FloatNetwork& network, const FloatBall& ball, double radius, BigM how,
                     const std::function<bool()>& should_stop) {
  std::vector<Interval> values = ball.box(radius);
  std::optional<Relaxation> relaxation;
  if (how == BigM::lp) relaxation.emplace(network, ball, radius);
  const auto bound = [&](const FloatRow& row, bool decided_is_enough) {
    const Interval rough = range(row, values);
    const bool decided = decided_is_enough && (rough.first >= 0.0 || rough.second <= 0.0);
    return decided || !relaxation || should_stop() ? rough : relaxation->tighten(row, rough);
  };
  RowBounds result;
  for (const FloatRow& row : network.neurons) {
    const Interval bounds = bound(row, true);
    if (relaxation) relaxation->add_neuron(values.size(), row, bounds);
    result.neurons.push_back(bounds);
    values.emplace_back(std::max(bounds.first, 0.0), std::max(bounds.second, 0.0));
  }
  for (const FloatRow& row : network.outputs) result.outputs.push_back(bound(row, false));
  return result;
}

}  // namespace foldproof
