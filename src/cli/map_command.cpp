#include "cli/map_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/delivery.h"
#include "cli/vectors.h"

namespace foldproof::cli {

namespace {

std::string set_text(const MapPreimageSet& set, const std::string& where) {
  std::string text = fmt::format("f(x) = ({}){}: ", fmt::join(set.value_exact, ", "), where);
  if (!set.complete) return text + fmt::format("not decided, {}\n", set.reason);
  const std::size_t count = set.points.size();
  if (!set.curve.empty()) {
    text +=
        fmt::format("every real point of the curve {} = 0, and {} solution{} of what is left when it is divided out\n",
                    set.curve, count, count == 1 ? "" : "s");
  } else {
    text += count == 0 ? std::string("no preimage, proved\n")
                       : fmt::format("{} preimage{} and no other, proved\n", count, count == 1 ? "" : "s");
  }
  for (const MapPreimage& point : set.points) {
    text += fmt::format("    ({})  {}\n", fmt::join(point.x, ", "),
                        point.multiplicity > 1 ? fmt::format("on the fold, {}-fold", point.multiplicity)
                        : point.sign > 0       ? "det J > 0"
                                               : "det J < 0");
  }
  return text;
}

std::string preimages_text(const MapPreimages& answer) {
  std::string text;
  for (const MapPreimageSet& set : answer.sets) text += set_text(set, answer.box_exact.empty() ? "" : " in the box");
  return text + "  each in a rational box of its own (--json), by exact elimination and certified counts of roots\n";
}

std::string fold_text(const MapFold& answer) {
  if (answer.everywhere) return "det J is 0 everywhere\n";
  std::string text = fmt::format("det J = {}\n", answer.determinant);
  if (answer.box_exact.size() == 1) {
    text += answer.points.empty() ? "no fold in the interval, proved\n"
                                  : fmt::format("{} zero{} in the interval, and no other, proved\n",
                                                answer.points.size(), answer.points.size() == 1 ? "" : "s");
    for (const MapPreimage& point : answer.points) text += fmt::format("    {}\n", point.x[0]);
    return text;
  }
  text += fmt::format("J0 in the box: {} polyline{}\n", answer.lines.size(), answer.lines.size() == 1 ? "" : "s");
  text += fmt::format("  {} crossings with {} grid lines, a complete count\n", answer.crossings, answer.grid_lines);
  text +=
      answer.open_cells == 0
          ? std::string("  no part of the curve is missed, proved; between the crossings it is drawn straight\n")
          : fmt::format("  in {} small cells a part of the curve may be missed or joined wrongly\n", answer.open_cells);
  return text;
}

}  // namespace

bool map_preimages_command(const Request& request) {
  const Map map = Map::load(request.network, request.set);
  const bool at_points = request.values.empty();
  auto values = read_vectors(at_points ? "--at" : "--of", at_points ? request.points : request.values,
                             static_cast<std::size_t>(map.dimension()));
  if (at_points) {
    for (std::vector<std::string>& value : values) value = map.evaluate(value);
  }
  const MapPreimages answer = preimages(map, values, request.box);
  Delivery(request).give(preimages_text(answer), [&] { return to_json(map, answer); });
  return std::all_of(answer.sets.begin(), answer.sets.end(), [](const MapPreimageSet& set) { return set.complete; });
}

bool map_fold_command(const Request& request) {
  const Map map = Map::load(request.network, request.set);
  const MapFold answer = j0(map, request.box);
  Delivery(request).give(fold_text(answer), [&] { return to_json(map, answer); });
  return answer.open_cells == 0;
}

}  // namespace foldproof::cli
