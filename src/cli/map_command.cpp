#include "cli/map_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/output_file.h"

namespace foldproof::cli {

namespace {

std::string preimages_text(const MapPreimages& answer) {
  if (answer.status != "solved") return fmt::format("not decided: {}\n", answer.reason);
  const std::size_t count = answer.points.size();
  const std::string where = answer.box_exact.empty() ? "" : " in the box";
  std::string text;
  if (!answer.curve.empty()) {
    text = fmt::format("a curve of preimages{}: every real point where {} = 0\n", where, answer.curve);
    text += fmt::format("  besides, {} of the equations left when it is divided out\n",
                        count == 1 ? "one solution" : fmt::format("{} solutions", count));
  } else {
    text = count == 0 ? fmt::format("no preimage{}, proved\n", where)
                      : fmt::format("{} preimage{}{}, and no other, proved\n", count, count == 1 ? "" : "s", where);
  }
  for (const MapPreimage& point : answer.points) {
    text += fmt::format("    ({})  {}\n", fmt::join(point.x, ", "),
                        point.multiplicity > 1 ? fmt::format("on the fold, {}-fold", point.multiplicity)
                        : point.sign > 0       ? "det J > 0"
                                               : "det J < 0");
  }
  return text + "  each isolated in a rational box (--json), by exact elimination and certified root counts\n";
}

std::string fold_text(const MapFold& answer) {
  if (answer.everywhere) return "det J is 0 everywhere\n";
  std::string text = fmt::format("det J = {}\n", answer.determinant);
  if (answer.box_exact.size() == 1) {
    text += answer.points.empty() ? "no fold in the interval, proved\n"
                                  : fmt::format("{} zeros in the interval, and no other, proved\n", answer.points.size());
    for (const MapPreimage& point : answer.points) text += fmt::format("    {}\n", point.x[0]);
    return text;
  }
  text += fmt::format("J0 in the box: {} polyline{}\n", answer.lines.size(), answer.lines.size() == 1 ? "" : "s");
  text += fmt::format("  {} crossings with {} grid lines, a complete count; between them it is drawn straight, and a loop inside "
                      "one cell would not be seen\n",
                      answer.crossings, answer.grid_lines);
  if (answer.ambiguous_cells > 0) {
    text += fmt::format("  {} small cells hold several branches and were joined by a sign at their middle\n",
                        answer.ambiguous_cells);
  }
  return text;
}

/// Prints words and the record, wherever they were asked for.
void give(const Request& request, const std::string& words, const std::string& record) {
  const bool json_on_output = request.json == "-";
  if (!json_on_output || !request.quiet) print(json_on_output ? stderr : stdout, words);
  if (json_on_output) print(stdout, record);
  if (!request.json.empty() && !json_on_output) OutputFile("--json", request.json).write(record);
}

}  // namespace

bool map_preimages_command(const Request& request) {
  const Map map = Map::load(request.network, request.set);
  const std::vector<std::string> of = request.at ? map.evaluate(*request.at) : *request.of;
  const MapPreimages answer = preimages(map, of, request.box);
  give(request, preimages_text(answer), to_json(map, answer));
  return answer.status == "solved";
}

void map_fold_command(const Request& request) {
  const Map map = Map::load(request.network, request.set);
  const MapFold answer = j0(map, request.box);
  give(request, fold_text(answer), to_json(map, answer));
}

}  // namespace foldproof::cli
