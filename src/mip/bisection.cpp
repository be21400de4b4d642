#include "mip/bisection.h"

#include "mip/solver.h"

namespace foldproof {

namespace {

std::vector<double> values_of(const std::vector<int>& columns, const std::vector<double>& solution) {
  std::vector<double> result;
  for (const int column : columns) result.push_back(solution[static_cast<std::size_t>(column)]);
  return result;
}

}  // namespace

Bisection bisect(const SeparationQuestion& question, const BisectionSettings& settings, Control& control) {
  Bisection result;
  control.phase = "mip";
  double radius = settings.start;
  const auto should_stop = [&] { return control.should_stop_now(); };
  while (!result.closed && !should_stop()) {
    const double began = control.seconds();
    const SeparationProgram asked = separation_program(question, radius, settings.big_m, should_stop);
    const auto solution = solve(asked.program, settings.threshold, control);
    MipStep step{radius,
                 "open",
                 solution ? std::optional(solution->bound) : std::nullopt,
                 solution ? solution->value : std::nullopt,
                 static_cast<int>(asked.program.columns().size()),
                 static_cast<int>(asked.program.rows().size()),
                 asked.program.binaries(),
                 solution ? solution->nodes : 0,
                 control.seconds() - began};
    if (solution && solution->value && *solution->value > settings.threshold) {
      step.verdict = "pair";
      result.upper = radius;
      result.x = values_of(asked.x, solution->columns);
      result.y = question.from_centre ? question.ball.centre : values_of(asked.y, solution->columns);
      result.distance = *solution->value;
      control.upper = radius;
    } else if (solution && solution->bound <= settings.threshold) {
      step.verdict = "none";
      result.lower = radius;
      control.lower = radius;
    }
    result.programs.push_back(std::move(step));
    if (result.programs.back().verdict == "open") break;
    result.closed = !result.upper || *result.upper - result.lower <= settings.gap * *result.upper;
    radius = 0.5 * (result.lower + result.upper.value_or(0.0));
  }
  return result;
}

}  // namespace foldproof
