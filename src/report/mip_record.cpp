// The record of --method mip (docs/milp.md): what the MILP says, and the engine's own record inside it.
#include "foldproof/foldproof.h"
#include "model/network.h"
#include "report/picture.h"
#include "report/record_parts.h"
#include "report/words.h"

namespace foldproof {

namespace {

Json optional_number(const std::optional<double>& value) { return value ? finite_or_null(*value) : Json(); }

Json program_json(const MipStep& step) {
  return {{"radius", finite_or_null(step.radius)},
          {"verdict", step.verdict},
          {"bound", optional_number(step.bound)},
          {"value", optional_number(step.value)},
          {"columns", step.columns},
          {"rows", step.rows},
          {"binaries", step.binaries},
          {"nodes", step.nodes},
          {"seconds", finite_or_null(step.seconds)}};
}

Json pair_json(const std::optional<MipPair>& pair) {
  if (!pair) return nullptr;
  return {{"x", doubles(pair->x)},
          {"y", doubles(pair->y)},
          {"distance", finite_or_null(pair->distance)},
          {"image_gap", finite_or_null(pair->image_gap)}};
}

Json disagreement_json(const MipAnswer& answer) {
  if (answer.disagreement.empty()) return nullptr;
  const bool certified = answer.disagreement == "certified";
  return {{"about", answer.disagreement},
          {"mip_radius", optional_number(certified ? answer.lower : answer.upper)},
          {"exact_radius", certified ? answer.engine->upper_exact.value_or("") : answer.engine->lower_exact},
          {"words", disagreement_words(answer)}};
}

}  // namespace

std::string to_json(const Model& model, const MipAnswer& answer, bool with_picture) {
  Json record{{"foldproof", FOLDPROOF_VERSION}, {"question", answer.question}, {"method", "mip"}};
  record["network"] = network_json(model.network());
  record["norm"] = answer.norm;
  record["scale"] = answer.scale_exact.empty() ? Json() : Json(answer.scale_exact);
  record["center"] = doubles(answer.center);
  record["center_exact"] = Json(answer.center_exact);
  record["domain"] = answer.domain_exact.empty() ? Json() : intervals(answer.domain_exact);
  record["status"] = answer.status;
  record["stop_reason"] = value_or_null(answer.stop_reason);
  record["says"] = "according to the MILP, within its tolerances and threshold";
  record["radius"] = {{"lower", finite_or_null(answer.lower)}, {"upper", optional_number(answer.upper)}};
  record["pair"] = pair_json(answer.pair);
  record["settings"] = {{"solver", "HiGHS"},
                        {"threshold", answer.settings.threshold},
                        {"gap", answer.settings.gap},
                        {"big_m", answer.settings.big_m}};
  record["programs"] = Json::array();
  for (const MipStep& step : answer.programs) record["programs"].push_back(program_json(step));
  record["proof"] = nullptr;
  record["disagreement"] = disagreement_json(answer);
  record["engine"] = answer.engine ? Json::parse(to_json(model, *answer.engine, false)) : Json();
  record["effort"] = effort_json(answer.effort);
  record["picture"] = with_picture && answer.engine ? picture(model, *answer.engine) : Json();
  return json_text(record);
}

}  // namespace foldproof
