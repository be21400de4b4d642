// The published method's answer in words, for standard output, and what is said before it: the engine's.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/text.h"
#include "report/words.h"

namespace foldproof::cli {

namespace {

std::string first_line(const MipAnswer& answer) {
  std::string text =
      fmt::format("according to the MILP, within its tolerances and its threshold {}: ", answer.settings.threshold);
  text += answer.lower > 0.0 ? fmt::format("no pair in the ball of radius {}", answer.lower)
                             : std::string("no ball without a pair yet");
  if (answer.upper) return text + fmt::format(", a pair in that of radius {}\n", *answer.upper);
  return text + (answer.status == "solved" ? "\n" : ", nothing known beyond\n");
}

std::string mip_stop_words(const MipAnswer& answer) {
  if (answer.status == "solved") return "";
  if (answer.stop_reason == "unresolved") return "  open: the solver gave no answer to the last program\n";
  return fmt::format("  stopped: {}\n", answer.stop_reason == "time"     ? "the time of --time is used up"
                                        : answer.stop_reason == "memory" ? "the memory of --memory is used up"
                                                                         : "interrupted");
}

/// `distances`: what is how far apart, with places for the two numbers.
std::string pair_words(const MipAnswer& answer, const std::string& distances = "{} apart, images {:.3g} apart") {
  if (!answer.pair) return "";
  const MipPair& pair = *answer.pair;
  return fmt::format("  its pair, in floating point:\n    x = ({})\n    y = ({})\n    {}\n", fmt::join(pair.x, ", "),
                     fmt::join(pair.y, ", "), fmt::format(fmt::runtime(distances), pair.distance, pair.image_gap));
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

std::string direction_words(const MipAnswer& answer, const std::string& first, const std::string& second) {
  const std::string distances = fmt::format("outputs of {} {{}} apart, of {} {{:.3g}} apart", second, first);
  return fmt::format("r_{}{} ", first, second) + first_line(answer) + mip_stop_words(answer) +
         pair_words(answer, distances) + program_words(answer);
}

}  // namespace

std::string engine_text(const Answer& engine) { return "the engine: " + radius_text(engine); }

std::string engine_text(const FactorAnswer& engine) { return "the engine:\n" + factor_text(engine); }

std::string mip_text(const MipAnswer& answer) {
  std::string text = first_line(answer) + mip_stop_words(answer) + pair_words(answer) + program_words(answer) +
                     "  no proof: floating point, in HiGHS\n";
  if (!answer.disagreement.empty()) text += "they disagree: " + disagreement_words(answer) + "\n";
  return text;
}

std::string mip_text(const MipFactorAnswer& answer) {
  std::string text = direction_words(answer.ab, "A", "B") + direction_words(answer.ba, "B", "A") +
                     "  no proof: floating point, in HiGHS\n";
  if (!answer.ab.disagreement.empty()) text += "r_AB: they disagree: " + disagreement_words(answer.ab, "A", "B") + "\n";
  if (!answer.ba.disagreement.empty()) text += "r_BA: they disagree: " + disagreement_words(answer.ba, "B", "A") + "\n";
  return text;
}

}  // namespace foldproof::cli
