// The record: the one machine-readable form of an answer. docs/record.schema.json states it; the page and the
// Python package read nothing else.
#include <string>
#include <utility>
#include <vector>

#include "foldproof/foldproof.h"
#include "model/network.h"
#include "report/json_text.h"
#include "report/picture.h"
#include "report/record_parts.h"

namespace foldproof {

namespace {

Json witness_json(const Answer& answer) {
  if (!answer.witness) return nullptr;
  const Witness& witness = *answer.witness;
  Json result{{"x", doubles(witness.x)},
              {"y", doubles(witness.y)},
              {"x_exact", Json(witness.x_exact)},
              {"y_exact", Json(witness.y_exact)},
              {"f_exact", Json(witness.f_exact)}};
  if (!witness.b_x_exact.empty()) {
    result["b_x_exact"] = Json(witness.b_x_exact);
    result["b_y_exact"] = Json(witness.b_y_exact);
  }
  if (answer.witness_scale_exact) result["scale_exact"] = *answer.witness_scale_exact;
  return result;
}

Json place_json(const Answer& answer) {
  if (answer.resisting_place.empty()) return nullptr;
  Json result = Json::array();
  for (const auto& [lower, upper] : answer.resisting_place) result.push_back(doubles({lower, upper}));
  return result;
}

Json bracket_json(const Answer& answer) {
  return {{"lower", finite_or_null(answer.lower)},
          {"upper", answer.upper ? finite_or_null(*answer.upper) : Json()},
          {"lower_exact", answer.lower_exact},
          {"upper_exact", value_or_null(answer.upper_exact)},
          {"upper_squared_exact", value_or_null(answer.upper_squared_exact)}};
}

// An answer inside the record of another, or beside one: Problem 2 at the same point, a direction of Problem 3.
Json alone_json(const Answer& answer) {
  return {{"status", answer.status},           {"stop_reason", value_or_null(answer.stop_reason)},
          {"radius", bracket_json(answer)},    {"limit", text_or_null(answer.limit)},
          {"witness", witness_json(answer)},   {"resisting_place", place_json(answer)},
          {"proof", proof_json(answer.proof)}, {"effort", effort_json(answer.effort)}};
}

void add_ball(Json& record, const Answer& answer) {
  record["norm"] = answer.norm;
  record["scale"] = answer.scale_exact.empty() ? Json() : Json(answer.scale_exact);
  record["center"] = doubles(answer.center);
  record["center_exact"] = Json(answer.center_exact);
  record["domain"] = answer.domain_exact.empty() ? Json() : intervals(answer.domain_exact);
}

}  // namespace

std::string to_json(const Model& model, const Answer& answer, bool with_picture) {
  const Network& network = model.network();
  Json record{{"foldproof", FOLDPROOF_VERSION}, {"question", answer.question}, {"network", network_json(network)}};
  const bool is_box = answer.question == "injective";
  if (is_box) {
    record["box"] = intervals(answer.domain_exact);
    record["verdict"] = answer.verdict;
  } else {
    add_ball(record, answer);
  }
  record["status"] = answer.status;
  record["stop_reason"] = value_or_null(answer.stop_reason);
  if (!is_box) record["radius"] = bracket_json(answer);
  record["limit"] = text_or_null(answer.limit);
  record["witness"] = witness_json(answer);
  if (answer.question == "radius") record["local_lower"] = finite_or_null(answer.local_lower);
  record["resisting_place"] = place_json(answer);
  record["proof"] = proof_json(answer.proof);
  record["effort"] = effort_json(answer.effort);
  if (answer.question == "radius") record["pseudo"] = answer.pseudo ? alone_json(*answer.pseudo) : Json();
  record["picture"] = with_picture ? picture(model, answer) : Json();
  return json_text(record);
}

std::string to_json(const Model& a, const Model& b, const FactorAnswer& answer, bool with_pictures) {
  Json record{{"foldproof", FOLDPROOF_VERSION},
              {"question", "factor"},
              {"networks", {{"A", network_json(a.network())}, {"B", network_json(b.network())}}}};
  add_ball(record, answer.ab);
  record["r_AB"] = alone_json(answer.ab);
  record["r_BA"] = alone_json(answer.ba);
  record["pictures"] = with_pictures ? Json{{"A", picture(a, answer.ab)}, {"B", picture(b, answer.ba)}} : Json();
  return json_text(record);
}

}  // namespace foldproof
