#include "foldproof/dynamics.h"
#include "number/rational.h"
#include "report/json_text.h"

namespace foldproof {

namespace {

Json point_json(const SweepPoint& point) {
  return {{"index", point.index},
          {"value",
           point.value_exact.empty() ? Json() : finite_or_null(Rational::parse(point.value_exact)->nearest_double())},
          {"value_exact", point.value_exact.empty() ? Json() : Json(point.value_exact)},
          {"at_exact", Json(point.at)},
          {"answer", point.record.empty() ? Json() : Json::parse(point.record)},
          {"failure", point.failure.empty() ? Json() : Json(point.failure)}};
}

/// What holds at all points that were answered: the least of the lower ends is proved at each of them, and at one of
/// them the least of the upper ends is refuted.
Json least_json(const Sweep& sweep) {
  const SweepPoint *lower = nullptr, *upper = nullptr;
  for (const SweepPoint& point : sweep.points) {
    if (!point.answer || !point.answer->proof.refused.empty()) continue;
    const Answer& answer = *point.answer;
    if (lower == nullptr || answer.lower < lower->answer->lower) lower = &point;
    if (answer.upper && (upper == nullptr || *answer.upper < *upper->answer->upper)) upper = &point;
  }
  if (lower == nullptr) return nullptr;
  return {{"index", upper != nullptr ? upper->index : lower->index},
          {"lower", finite_or_null(lower->answer->lower)},
          {"lower_exact", lower->answer->lower_exact},
          {"upper", upper != nullptr ? finite_or_null(*upper->answer->upper) : Json()},
          {"upper_exact", upper != nullptr ? Json(*upper->answer->upper_exact) : Json()}};
}

}  // namespace

std::string to_json(const Sweep& sweep) {
  Json points = Json::array(), parameter;
  std::string asked;
  for (const SweepPoint& point : sweep.points) {
    points.push_back(point_json(point));
    if (point.answer) asked = point.answer->question;
  }
  if (sweep.parameter) {
    parameter = {{"input", sweep.parameter->input},
                 {"from", sweep.parameter->from},
                 {"to", sweep.parameter->to},
                 {"count", sweep.parameter->count}};
  }
  return json_text({{"foldproof", FOLDPROOF_VERSION},
                    {"question", "sweep"},
                    {"asked", asked.empty() ? Json() : Json(asked)},
                    {"network", sweep.network},
                    {"parameter", std::move(parameter)},
                    {"along", sweep.along.empty() ? Json() : Json(sweep.along)},
                    {"status", sweep.status},
                    {"stop_reason", sweep.stop_reason ? Json(*sweep.stop_reason) : Json()},
                    {"least", least_json(sweep)},
                    {"points", std::move(points)},
                    {"seconds", finite_or_null(sweep.seconds)},
                    {"threads", sweep.threads}});
}

}  // namespace foldproof
