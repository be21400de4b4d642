// The record of --method mip (docs/milp.md): what the MILP says, and the engine's own record inside it.
#include <utility>

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

Json disagreement_json(const MipAnswer& answer, const std::string& words) {
  if (answer.disagreement.empty()) return nullptr;
  const bool certified = answer.disagreement == "certified";
  return {{"about", answer.disagreement},
          {"mip_radius", optional_number(certified ? answer.lower : answer.upper)},
          {"exact_radius", certified ? answer.engine->upper_exact.value_or("") : answer.engine->lower_exact},
          {"words", words}};
}

void add_ball(Json& record, const MipAnswer& answer) {
  record["norm"] = answer.norm;
  record["scale"] = answer.scale_exact.empty() ? Json() : Json(answer.scale_exact);
  record["center"] = doubles(answer.center);
  record["center_exact"] = Json(answer.center_exact);
  record["domain"] = answer.domain_exact.empty() ? Json() : intervals(answer.domain_exact);
}

// What the programs said, and how it is contradicted.
void add_bracket(Json& record, const MipAnswer& answer, const std::string& disagreement) {
  record["status"] = answer.status;
  record["stop_reason"] = value_or_null(answer.stop_reason);
  record["radius"] = {{"lower", finite_or_null(answer.lower)}, {"upper", optional_number(answer.upper)}};
  record["pair"] = pair_json(answer.pair);
  record["programs"] = Json::array();
  for (const MipStep& step : answer.programs) record["programs"].push_back(program_json(step));
  record["disagreement"] = disagreement_json(answer, disagreement);
  record["effort"] = effort_json(answer.effort);
}

void add_settings(Json& record, const MipOptions& settings) {
  record["says"] = "according to the MILP, within its tolerances and threshold";
  record["settings"] = {
      {"solver", "HiGHS"}, {"threshold", settings.threshold}, {"gap", settings.gap}, {"big_m", settings.big_m}};
  record["proof"] = nullptr;
}

Json direction_json(const MipAnswer& answer, const std::string& first, const std::string& second) {
  Json record;
  add_bracket(record, answer, answer.disagreement.empty() ? "" : disagreement_words(answer, first, second));
  return record;
}

}  // namespace

std::string to_json(const Model& model, const MipAnswer& answer, bool with_picture) {
  Json record{{"foldproof", FOLDPROOF_VERSION}, {"question", answer.question}, {"method", "mip"}};
  record["network"] = network_json(model.network());
  add_ball(record, answer);
  add_settings(record, answer.settings);
  add_bracket(record, answer, answer.disagreement.empty() ? "" : disagreement_words(answer));
  record["engine"] = answer.engine ? Json::parse(to_json(model, *answer.engine, false)) : Json();
  record["picture"] = with_picture && answer.engine ? picture(model, *answer.engine) : Json();
  return json_text(record);
}

std::string to_json(const Model& a, const Model& b, const MipFactorAnswer& answer, bool with_pictures) {
  Json record{{"foldproof", FOLDPROOF_VERSION}, {"question", "factor"}, {"method", "mip"}};
  record["networks"] = {{"A", network_json(a.network())}, {"B", network_json(b.network())}};
  add_ball(record, answer.ab);
  add_settings(record, answer.ab.settings);
  record["r_AB"] = direction_json(answer.ab, "A", "B");
  record["r_BA"] = direction_json(answer.ba, "B", "A");
  record["engine"] = nullptr;
  record["pictures"] = nullptr;
  if (answer.ab.engine && answer.ba.engine) {
    record["engine"] = Json::parse(to_json(a, b, FactorAnswer{*answer.ab.engine, *answer.ba.engine}, with_pictures));
    std::swap(record["pictures"], record["engine"]["pictures"]);
  }
  return json_text(record);
}

}  // namespace foldproof
