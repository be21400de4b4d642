// The published method's answer in words, for standard output, with the engine's beside it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/text.h"
#include "report/words.h"

namespace foldproof::cli {

namespace {

std::string first_line(const MipAnswer& answer) {
  std::string text = fmt::format("according to the MILP, within its tolerances and its threshold {}: ",
                                 answer.settings.threshold);
  text += answer.lower > 0.0 ? fmt::format("no pair in the ball of radius {}", answer.lower)
                             : std::string("no ball without a pair yet");
  if (answer.upper) return text + fmt::format(", a pair in that of radius {}\n", *answer.upper);
  return text + (answer.status == "solved" ? "\n" : ", nothing known beyond\n");
}

std::string stop_words(const MipAnswer& answer) {
  if (answer.status == "solved") return "";
  if (answer.stop_reason == "unresolved") return "  open: the solver gave no answer to the last program\n";
  return fmt::format("  stopped: {}\n", answer.stop_reason == "time"     ? "the time of --time is used up"
                                        : answer.stop_reason == "memory" ? "the memory of --memory is used up"
                                                                         : "interrupted");
}

std::string pair_words(const MipAnswer& answer) {
  if (!answer.pair) return "";
  const MipPair& pair = *answer.pair;
  return fmt::format(
      "  its pair, in floating point:\n    x = ({})\n    y = ({})\n    {} apart, images {:.3g} apart\n",
      fmt::join(pair.x, ", "), fmt::join(pair.y, ", "), pair.distance, pair.image_gap);
}

std::string program_words(const MipAnswer& answer) {
  if (answer.programs.empty()) return "";
  std::uint64_t nodes = 0;
  for (const MipStep& step : answer.programs) nodes += step.nodes;
  const MipStep& largest = answer.programs.front();
  return fmt::format("  {} program{} in {}, {} nodes; the first: {} columns, {} of them binary, {} rows\n",
                     answer.programs.size(), answer.programs.size() == 1 ? "" : "s",
                     seconds_text(answer.effort.seconds), nodes, largest.columns, largest.binaries, largest.rows);
}

}  // namespace

std::string mip_text(const MipAnswer& answer) {
  std::string text = first_line(answer) + stop_words(answer) + pair_words(answer) + program_words(answer) +
                     "  no proof: floating point, in HiGHS\n";
  if (answer.engine) text += "the engine: " + radius_text(*answer.engine);
  if (!answer.disagreement.empty()) text += "they disagree: " + disagreement_words(answer) + "\n";
  return text;
}

}  // namespace foldproof::cli
