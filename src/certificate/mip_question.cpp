// The published method, from texts to a MipAnswer or to the text of a program; and our engine's answer beside it.
#include <fmt/format.h>

#include <algorithm>

#include "certificate/arguments.h"
#include "certificate/inquiry.h"
#include "mip/bisection.h"
#include "mip/program_text.h"
#include "model/evaluate.h"

namespace foldproof {

namespace {

void require_settings(const MipOptions& settings) {
  if (!(settings.threshold > 0.0)) throw InputError("the threshold of the MILP must be positive");
  if (!(settings.gap > 0.0 && settings.gap < 1.0))
    throw InputError("the gap must lie between 0 and 1 (it is relative)");
  if (settings.big_m != "interval" && settings.big_m != "lp") {
    throw InputError("the big-M constants come from 'interval' or from 'lp', not from '" + settings.big_m + "'");
  }
}

int number_of(const std::string& problem) { return problem == "radius" ? 1 : problem == "pseudo" ? 2 : 3; }

SeparationQuestion separation_question(const MipQuestion& question, const Problem& problem) {
  SeparationQuestion result{FloatNetwork(question.model->as_read()), {}};
  if (question.problem == "factor") result.told_by.emplace(question.told_by->as_read());
  if (question.problem == "pseudo") {
    result.from_centre = true;
    result.centre_value = doubles(evaluate(question.model->as_read(), problem.given(problem.centre)).output);
  }
  result.ball.norm = problem.norm;
  result.ball.centre = doubles(problem.given(problem.centre));
  result.ball.scale = doubles(problem.scale);
  result.ball.scale.resize(result.ball.size(), 1.0);
  for (const auto& [lower, upper] : problem.given_domain()) {
    result.ball.domain.emplace_back(lower.nearest_double(), upper.nearest_double());
  }
  return result;
}

Problem problem_of(const MipQuestion& question, const Options& options) {
  if (question.problem == "factor" && question.model->inputs() != question.told_by->inputs()) {
    throw InputError(fmt::format("the two networks have {} and {} free inputs: give two networks of the same inputs",
                                 question.model->inputs(), question.told_by->inputs()));
  }
  return ball_problem(*question.model, question.at, options);
}

BigM big_m_of(const MipOptions& settings) { return settings.big_m == "lp" ? BigM::lp : BigM::interval; }

void require_linear(const Problem& problem) {
  if (problem.norm == Norm::l2) {
    throw InputError(
        "HiGHS cannot solve the quadratic ball of the norm l2: write the program with --write-model for a solver that "
        "can (SCIP, Gurobi), or ask the engine");
  }
}

double image_gap(const Network& network, const MipPair& pair) {
  std::vector<Rational> x, y;
  for (const double entry : pair.x) x.push_back(Rational::from_double(entry));
  for (const double entry : pair.y) y.push_back(Rational::from_double(entry));
  std::vector<Rational> gap = evaluate(network, x).output;
  const std::vector<Rational> fy = evaluate(network, y).output;
  for (std::size_t i = 0; i < gap.size(); ++i) gap[i] -= fy[i];
  return max_abs(gap).nearest_double();
}

}  // namespace

void require_solvable(const MipQuestion& question, const Options& options, const MipOptions& settings) {
  require_settings(settings);
  require_linear(problem_of(question, options));
}

MipAnswer mip(const MipQuestion& question, const Options& options, const MipOptions& settings) {
  require_settings(settings);
  const Problem problem = problem_of(question, options);
  require_linear(problem);
  const SeparationQuestion separation = separation_question(question, problem);
  Control control(options, nullptr);
  Bisection found =
      bisect(separation, {problem.max_radius, settings.threshold, settings.gap, big_m_of(settings)}, control);
  MipAnswer answer;
  answer.question = question.problem;
  answer.norm = options.norm;
  const std::vector<Rational> centre = problem.given(problem.centre);
  answer.scale_exact = texts(problem.scale);
  answer.center_exact = texts(centre);
  answer.center = doubles(centre);
  for (const auto& [lower, upper] : problem.given_domain()) answer.domain_exact.emplace_back(lower.str(), upper.str());
  answer.settings = settings;
  answer.lower = found.lower;
  answer.upper = found.upper;
  if (found.upper) {
    answer.pair = MipPair{std::move(found.x), std::move(found.y), found.distance, 0.0};
    answer.pair->image_gap = image_gap(question.model->as_read(), *answer.pair);
  }
  answer.programs = std::move(found.programs);
  report_status(answer, found.closed, control);
  answer.effort.seconds = control.seconds();
  answer.effort.peak_memory_mib = peak_memory_mib();
  return answer;
}

MipFactorAnswer mip_factor(const Model& a, const Model& b, const std::vector<std::string>& at, const Options& options,
                           const MipOptions& settings) {
  MipFactorAnswer answer;
  Options half = options;
  half.time = 0.5 * options.time;
  answer.ab = mip({"factor", &a, &b, at}, half, settings);
  if (options.time > 0.0) half.time = std::max(options.time - answer.ab.effort.seconds, half.time);
  answer.ba = mip({"factor", &b, &a, at}, half, settings);
  return answer;
}

std::string mip_program(const MipQuestion& question, const Options& options, const MipOptions& settings, bool mps) {
  require_settings(settings);
  const Problem problem = problem_of(question, options);
  const SeparationProgram asked = separation_program(separation_question(question, problem), problem.max_radius,
                                                     big_m_of(settings), [] { return false; });
  std::string title = fmt::format("foldproof {}: Problem {} of Cui et al. (2023) for {}", version(),
                                  number_of(question.problem), question.model->as_read().from.file);
  if (question.problem == "factor") title += " and " + question.told_by->as_read().from.file;
  title += fmt::format(", {} ball of radius {}", options.norm, problem.max_radius);
  return program_text(asked.program, mps ? MipFormat::mps : MipFormat::lp, title);
}

void confront(MipAnswer& answer, Answer engine) {
  answer.disagreement.clear();
  if (engine.proof.refused.empty()) {
    if (engine.upper && *engine.upper <= answer.lower) answer.disagreement = "certified";
    if (answer.upper && engine.lower >= *answer.upper) answer.disagreement = "refuted";
  }
  answer.engine = std::move(engine);
}

void confront(MipFactorAnswer& answer, FactorAnswer engine) {
  confront(answer.ab, std::move(engine.ab));
  confront(answer.ba, std::move(engine.ba));
}

}  // namespace foldproof
