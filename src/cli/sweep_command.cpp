#include "cli/sweep_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/output_file.h"
#include "cli/signals.h"
#include "cli/text.h"
#include "cli/vectors.h"
#include "number/rational.h"
#include "report/words.h"

namespace foldproof::cli {

namespace {

std::string short_number(const std::string& exact) {
  return fmt::format("{:.8g}", Rational::parse(exact)->nearest_double());
}

std::string place_of(const SweepPoint& point) {
  if (!point.value_exact.empty()) return short_number(point.value_exact);
  std::vector<std::string> entries;
  for (const std::string& entry : point.at) entries.push_back(short_number(entry));
  return fmt::format("({})", fmt::join(entries, ", "));
}

std::string row(const std::string& index, const std::string& place, const std::string& lower, const std::string& upper,
                const std::string& rest) {
  return fmt::format("{:>5}  {:<24}  {:>12}  {:>12}  {}\n", index, place, lower, upper, rest);
}

std::string row_of(const SweepPoint& point) {
  const std::string index = std::to_string(point.index), place = place_of(point);
  if (!point.answer) return row(index, place, "-", "-", point.failure.empty() ? "not asked any more" : point.failure);
  const Answer& answer = *point.answer;
  const Bracket bracket = bracket_of(Json::parse(point.record));
  std::string rest = answer.limit;
  if (!answer.proof.refused.empty()) {
    rest = "WITHDRAWN: " + answer.proof.refused;
  } else if (answer.status != "solved") {
    rest += fmt::format("{}{}: {}", rest.empty() ? "" : ", ", answer.status, answer.stop_reason.value_or("unresolved"));
  }
  return row(index, place, bracket.lower, bracket.upper.empty() ? "-" : bracket.upper, rest);
}

std::string summary(const Sweep& sweep, const std::string& record, const std::string& proofs) {
  std::size_t answered = 0, checked = 0;
  for (const SweepPoint& point : sweep.points) {
    answered += point.answer ? 1U : 0U;
    checked += point.answer && point.answer->proof.checked ? 1U : 0U;
  }
  std::string text;
  if (const Json least = Json::parse(record).at("least"); !least.is_null()) {
    const Bracket bracket = bracket_of(Json{{"radius", least}});
    text += fmt::format("the least radius lies between {} and {} (point {})\n", bracket.lower,
                        bracket.upper.empty() ? "no bound" : bracket.upper, least.at("index").get<std::size_t>());
  }
  text += fmt::format("  {} of {} points answered in {} on {} thread{}", answered, sweep.points.size(),
                      seconds_text(sweep.seconds), sweep.threads, sweep.threads == 1 ? "" : "s");
  if (sweep.stop_reason) text += fmt::format("; stopped early ({})", *sweep.stop_reason);
  text += fmt::format("\n  proofs: {} accepted by the independent checker{}\n", checked,
                      proofs.empty() ? "" : fmt::format(", kept in {}", proofs));
  return text;
}

}  // namespace

SweepEnd sweep_command(const Request& request, PointQuestion question) {
  const bool json_on_output = request.json == "-";
  std::optional<OutputFile> json, report;
  if (!request.json.empty() && !json_on_output) json.emplace("--json", request.json);
  if (!request.report.empty()) report.emplace("--report", request.report);

  Options options = request.options;
  options.interrupt = &stop_on_signals();
  const bool silent = json_on_output && request.quiet;
  std::FILE* const words = json_on_output ? stderr : stdout;
  bool begun = false;
  const auto show = [&](const SweepPoint& point) {
    if (silent) return;
    if (!begun) {
      print(words, row("point", request.sweep ? fmt::format("input {}", request.sweep->input) : "at", "proved",
                       "refuted", "limit"));
    }
    begun = true;
    print(words, row_of(point));
  };
  Sweep sweep;
  if (request.sweep) {
    sweep = sweep_parameter(request.network, request.model, *request.sweep, *request.at, question, options, show);
  } else {
    const Model model = Model::load(request.network, request.model);
    const auto points = read_rows("--along", request.along, static_cast<std::size_t>(model.inputs()));
    sweep = sweep_along(model, points, question, options, show);
    sweep.along = request.along;
  }

  const std::string record = to_json(sweep);
  if (!silent) print(words, summary(sweep, record, request.options.proof));
  if (json_on_output) print(stdout, record);
  if (json) json->write(record);
  if (report) report->write(to_html(record, request.typed));
  if (report && !silent && !request.quiet) print(words, fmt::format("  page: {}\n", request.report));
  for (const SweepPoint& point : sweep.points) {
    for (const Answer* answer = point.answer ? &*point.answer : nullptr; answer != nullptr;
         answer = answer->pseudo.get()) {
      if (answer->proof.refused.empty()) continue;
      print(stderr, refusal_text(*answer));
      return SweepEnd::kRefused;
    }
  }
  return sweep.status == "solved" ? SweepEnd::kAnswered : SweepEnd::kStopped;
}

}  // namespace foldproof::cli
