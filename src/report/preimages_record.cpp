// The record of foldproof preimages.
#include <algorithm>

#include "foldproof/foldproof.h"
#include "model/sampler.h"
#include "report/exact_fold.h"
#include "report/plane_view.h"
#include "report/record_parts.h"

namespace foldproof {

namespace {

Json set_json(const PreimageSet& set) {
  Json points = Json::array(), flats = Json::array();
  for (const PreimageSet::Point& point : set.points) {
    if (!point.inside) continue;
    points.push_back({{"x", doubles(point.x)}, {"x_exact", Json(point.x_exact)}, {"isolated", point.isolated}});
  }
  for (const PreimageSet::Flat& flat : set.flats) {
    flats.push_back({{"x", doubles(flat.x)},
                     {"y", doubles(flat.y)},
                     {"x_exact", Json(flat.x_exact)},
                     {"y_exact", Json(flat.y_exact)}});
  }
  return {{"value", doubles(set.value)}, {"value_exact", Json(set.value_exact)},
          {"complete", set.open == 0},   {"open", set.open},
          {"points", std::move(points)}, {"flats", std::move(flats)}};
}

// The box of inputs and the lines where the determinant changes its sign in it, exactly if that is quick; only in the
// plane.
Json plane_picture(const Model& model, const Preimages& answer) {
  constexpr int kSide = 161, kFewest = 25;
  const Network& network = model.network();
  if (network.inputs != 2) return nullptr;
  Window window{{0, 0}, {0, 0}};
  Point* const sides[] = {&window.s, &window.t};
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t end = 0; end < 2; ++end) {
      const auto& [lower, upper] = answer.domain_exact[i];
      (*sides[i])[end] = Rational::parse(end == 0 ? lower : upper).value().nearest_double();
    }
  }
  Json fold = Json::array();
  const auto add = [&](const std::vector<std::array<Point, 2>>& segments) {
    const Rounding rounded(std::max(window.s[1] - window.s[0], window.t[1] - window.t[0]));
    for (const auto& [from, to] : segments) {
      fold.push_back(Json::array({rounded(from[0]), rounded(from[1]), rounded(to[0]), rounded(to[1])}));
    }
  };
  const bool square = network.output_count() == 2;
  if (const auto exact = square ? exact_fold(model, {0, 0}, window) : std::nullopt) {
    add(*exact);
  } else if (square) {
    const Sampler f(network);
    const int side = std::clamp(static_cast<int>(std::sqrt(f.determinants_within(0.4))), kFewest, kSide);
    const Plane plane{{0, 0}, {1, 0}, {0, 1}};
    add(DeterminantField(f, plane, window, side, 1).fold());
  }
  return {{"kind", "preimages"},
          {"window", {Json(window.s), Json(window.t)}},
          {"fold", std::move(fold)},
          {"thinned", Json::array()}};
}

}  // namespace

std::string to_json(const Model& model, const Preimages& answer, bool with_picture) {
  const Network& network = model.network();
  Json sets = Json::array();
  std::uint64_t points = 0, flats = 0, open = 0;
  for (const PreimageSet& set : answer.sets) {
    sets.push_back(set_json(set));
    points += set.count();
    flats += set.flats.size();
    open += set.open;
  }
  const Json record{{"foldproof", FOLDPROOF_VERSION},
                    {"question", answer.question},
                    {"network", network_json(network)},
                    {"box", intervals(answer.domain_exact)},
                    {"status", answer.status},
                    {"stop_reason", answer.stop_reason ? Json(*answer.stop_reason) : Json()},
                    {"points", points},
                    {"flats", flats},
                    {"open", open},
                    {"sets", std::move(sets)},
                    {"proof", proof_json(answer.proof)},
                    {"effort", effort_json(answer.effort)},
                    {"picture", with_picture ? plane_picture(model, answer) : Json()}};
  return json_text(record);
}

}  // namespace foldproof
