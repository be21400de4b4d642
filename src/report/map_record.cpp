// The records of preimages and folds of polynomial maps: as for networks, with "map" in place of "network".
#include "foldproof/dynamics.h"
#include "report/record_parts.h"

namespace foldproof {

namespace {

Json box_json(const ExactBox& box) {
  if (box.empty()) return nullptr;
  Json result = Json::array();
  for (const auto& [lower, upper] : box) result.push_back({lower, upper});
  return result;
}

Json isolated_json(const MapPreimage& point) {
  return {{"x", Json(point.x)},
          {"box", box_json(point.box_exact)},
          {"multiplicity", point.multiplicity},
          {"sign", point.sign}};
}

Json isolated_json(const std::vector<MapPreimage>& points) {
  Json result = Json::array();
  for (const MapPreimage& point : points) result.push_back(isolated_json(point));
  return result;
}

}  // namespace

std::string to_json(const Map& map, const MapPreimages& answer) {
  Json sets = Json::array();
  bool complete = true;
  for (const MapPreimageSet& set : answer.sets) {
    complete = complete && set.complete;
    sets.push_back({{"value_exact", Json(set.value_exact)},
                    {"complete", set.complete},
                    {"count", set.complete && set.curve.empty() ? Json(set.points.size()) : Json()},
                    {"points", isolated_json(set.points)},
                    {"curve", set.curve.empty() ? Json() : Json(set.curve)},
                    {"reason", set.reason.empty() ? Json() : Json(set.reason)}});
  }
  return json_text({{"foldproof", FOLDPROOF_VERSION},
                    {"question", "preimages"},
                    {"map", map_json(map.polynomials())},
                    {"box", box_json(answer.box_exact)},
                    {"status", complete ? "solved" : "open"},
                    {"sets", std::move(sets)},
                    {"seconds", finite_or_null(answer.seconds)}});
}

std::string to_json(const Map& map, const MapFold& answer) {
  Json points = Json::array(), lines = Json::array();
  for (const auto& line : answer.lines) {
    Json indices = Json::array();
    const bool closed = line.size() > 2 && line.front() == line.back();
    const std::size_t first = points.size();
    for (std::size_t k = 0; k < line.size() - (closed ? 1 : 0); ++k) {
      indices.push_back(points.size());
      points.push_back(Json(line[k]));
    }
    if (closed) indices.push_back(first);
    lines.push_back(std::move(indices));
  }
  for (const MapPreimage& zero : answer.points) {
    lines.push_back({points.size()});
    points.push_back(Json(zero.x));
  }
  return json_text(
      {{"foldproof", FOLDPROOF_VERSION},
       {"question", "j0"},
       {"map", map_json(map.polynomials())},
       {"box", box_json(answer.box_exact)},
       {"status", answer.open_cells == 0 ? "solved" : "open"},
       {"determinant", answer.determinant},
       {"everywhere", answer.everywhere},
       {"points", std::move(points)},
       {"lines", std::move(lines)},
       {"zeros", isolated_json(answer.points)},
       {"grid", {{"lines", answer.grid_lines}, {"crossings", answer.crossings}, {"open_cells", answer.open_cells}}},
       {"seconds", finite_or_null(answer.seconds)}});
}

}  // namespace foldproof
