#include "mip/separation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr double infinity = HUGE_VAL;

using Terms = std::vector<std::pair<int, double>>;

/// A sum of terms over columns, and a constant.
struct Form {
  Terms terms;
  double constant = 0;
};

/// sum of b - a
Terms difference(const Terms& b, const Terms& a) {
  Terms result = b;
  for (const auto& [column, coefficient] : a) result.emplace_back(column, -coefficient);
  return result;
}

class Builder {
 public:
  Builder(const SeparationQuestion& question, double radius) : ball_(question.ball), radius_(radius) {}

  std::vector<int> add_input(const std::string& copy) {
    std::vector<int> columns;
    const auto sides = ball_.box(radius_);
    for (std::size_t i = 0; i < sides.size(); ++i) {
      columns.push_back(program.add_column(fmt::format("{}{}", copy, i), sides[i].first, sides[i].second));
    }
    if (ball_.norm == Norm::l1) add_sum_ball(copy, columns);
    if (ball_.norm == Norm::l2) add_round_ball(copy, columns);
    return columns;
  }

  /// The outputs of one copy of a network. `tag` tells its names from those of other copies.
  std::vector<Form> add_network(const FloatNetwork& network, const RowBounds& bounds, const std::vector<int>& input,
                                const std::string& tag) {
    std::vector<Form> values;
    for (const int column : input) values.push_back({{{column, 1.0}}, 0.0});
    for (std::size_t j = 0; j < network.neurons.size(); ++j) {
      const std::string name = fmt::format("{}{}", tag, network.number[j]);
      values.push_back(add_relu(over_columns(network.neurons[j], values), bounds.neurons[j], name));
    }
    std::vector<Form> outputs;
    for (const FloatRow& row : network.outputs) outputs.push_back(over_columns(row, values));
    return outputs;
  }

  void add_equal(const std::vector<Form>& a, const std::vector<Form>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double value = b[i].constant - a[i].constant;
      program.add_row(fmt::format("same{}", i), difference(a[i].terms, b[i].terms), value, value);
    }
  }

  /// F = |p - q|_inf, where |p_i - q_i| <= most[i].
  void add_distance(const std::vector<Form>& p, const std::vector<Form>& q, const std::vector<double>& most) {
    double largest = 0.0;
    for (const double entry : most) largest = std::max(largest, entry);
    const int distance = program.add_column("F", 0.0, largest);
    Terms choices;
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (const bool forward : {true, false}) {
        const std::string name = fmt::format("{}{}", forward ? 'f' : 'g', i);
        const int chosen = program.add_column(name, 0.0, 1.0, true);
        choices.emplace_back(chosen, 1.0);
        Terms row = forward ? difference(q[i].terms, p[i].terms) : difference(p[i].terms, q[i].terms);
        row.emplace_back(distance, 1.0);
        const double value = (forward ? 1.0 : -1.0) * (p[i].constant - q[i].constant);
        program.add_row("reach_" + name, row, value, infinity);
        const double big_m = largest + most[i];
        row.emplace_back(chosen, big_m);
        program.add_row("is_" + name, row, -infinity, value + big_m);
      }
    }
    program.add_row("one_is_chosen", choices, 1.0, 1.0);
    program.maximise(distance);
  }

  MipProgram program;

 private:
  static Form over_columns(const FloatRow& row, const std::vector<Form>& values) {
    Form result{{}, row.constant};
    for (const auto& [variable, coefficient] : row.terms) {
      for (const auto& [column, factor] : values[at(variable)].terms) {
        result.terms.emplace_back(column, coefficient * factor);
      }
    }
    return result;
  }

  Form add_relu(const Form& before, const std::pair<double, double>& bounds, const std::string& name) {
    const auto& [lower, upper] = bounds;
    if (upper <= 0.0) return {};
    const int z = program.add_column("z_" + name, std::max(lower, 0.0), upper);
    const Terms excess = difference({{z, 1.0}}, before.terms);
    if (lower >= 0.0) {
      program.add_row("active_" + name, excess, before.constant, before.constant);
      return {{{z, 1.0}}, 0.0};
    }
    const int d = program.add_column("d_" + name, 0.0, 1.0, true);
    program.add_row("above_" + name, excess, before.constant, infinity);
    Terms below = excess;
    below.emplace_back(d, -lower);
    program.add_row("below_" + name, below, -infinity, before.constant - lower);
    program.add_row("off_" + name, {{z, 1.0}, {d, -upper}}, -infinity, 0.0);
    return {{{z, 1.0}}, 0.0};
  }

  void add_sum_ball(const std::string& copy, const std::vector<int>& input) {
    Terms total;
    for (std::size_t i = 0; i < input.size(); ++i) {
      const std::string name = fmt::format("{}{}", copy, i);
      const int t = program.add_column("t_" + name, 0.0, radius_ * ball_.scale[i]);
      program.add_row("right_" + name, {{t, 1.0}, {input[i], -1.0}}, -ball_.centre[i], infinity);
      program.add_row("left_" + name, {{t, 1.0}, {input[i], 1.0}}, ball_.centre[i], infinity);
      total.emplace_back(t, 1.0 / ball_.scale[i]);
    }
    program.add_row("ball_" + copy, total, -infinity, radius_);
  }

  /// sum ((x_i - c_i) / s_i)^2 <= r^2, expanded.
  void add_round_ball(const std::string& copy, const std::vector<int>& input) {
    MipQuadraticRow row{"ball_" + copy, {}, {}, radius_ * radius_};
    for (std::size_t i = 0; i < input.size(); ++i) {
      const double weight = 1.0 / (ball_.scale[i] * ball_.scale[i]);
      const double centre = ball_.centre[i];
      row.squares.emplace_back(input[i], weight);
      if (centre != 0.0) row.terms.emplace_back(input[i], -2.0 * weight * centre);
      row.upper -= weight * centre * centre;
    }
    program.add_quadratic_row(std::move(row));
  }

  const FloatBall& ball_;
  double radius_;
};

std::vector<Form> constants(const std::vector<double>& values) {
  std::vector<Form> result;
  for (const double value : values) result.push_back({{}, value});
  return result;
}

std::vector<Form> single_columns(const std::vector<int>& columns) {
  std::vector<Form> result;
  for (const int column : columns) result.push_back({{{column, 1.0}}, 0.0});
  return result;
}

std::vector<double> widths(const std::vector<std::pair<double, double>>& sides) {
  std::vector<double> result;
  for (const auto& [lower, upper] : sides) result.push_back(upper - lower);
  return result;
}

}  // namespace

SeparationProgram separation_program(const SeparationQuestion& question, double radius, BigM how,
                                     const std::function<bool()>& should_stop) {
  const RowBounds bounds = row_bounds(question.network, question.ball, radius, how, should_stop);
  Builder builder(question, radius);
  SeparationProgram result;
  result.x = builder.add_input("x");
  const std::string tag = question.told_by ? "a_" : "";
  const auto fx = builder.add_network(question.network, bounds, result.x, tag + "x");
  const auto sides = question.ball.box(radius);
  if (question.from_centre) {
    builder.add_equal(fx, constants(question.centre_value));
    std::vector<double> most;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const double centre = question.ball.centre[i];
      most.push_back(std::max(sides[i].second - centre, centre - sides[i].first));
    }
    builder.add_distance(single_columns(result.x), constants(question.ball.centre), most);
    result.program = std::move(builder.program);
    return result;
  }
  result.y = builder.add_input("y");
  builder.add_equal(fx, builder.add_network(question.network, bounds, result.y, tag + "y"));
  if (question.told_by) {
    const RowBounds told = row_bounds(*question.told_by, question.ball, radius, how, should_stop);
    const auto gx = builder.add_network(*question.told_by, told, result.x, "b_x");
    const auto gy = builder.add_network(*question.told_by, told, result.y, "b_y");
    builder.add_distance(gx, gy, widths(told.outputs));
  } else {
    builder.add_distance(single_columns(result.x), single_columns(result.y), widths(sides));
  }
  result.program = std::move(builder.program);
  return result;
}

}  // namespace foldproof
