#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/text.h"
#include "number/decimal.h"
#include "number/scalar.h"

namespace foldproof::cli {

std::string locus_text(const Locus& answer) {
  if (!answer.proof.refused.empty()) return fmt::format("nothing is claimed\n  {}\n", stop_words(answer));
  const std::size_t n = answer.domain_exact.size();
  std::size_t segments = 0, loops = 0;
  for (const auto& line : answer.lines) {
    segments += line.size() - 1;
    if (line.size() > 1 && line.front() == line.back()) ++loops;
  }
  std::vector<std::string> parts;
  if (n == 1 && !answer.lines.empty()) parts.push_back(count_of(answer.lines.size(), "point"));
  if (n == 2 && !answer.lines.empty()) {
    parts.push_back(fmt::format("{} of {}{}", count_of(answer.lines.size(), "polyline"), count_of(segments, "segment"),
                                loops > 0 ? fmt::format(", {} closed", loops) : ""));
  }
  if (!answer.triangles.empty()) parts.push_back("a surface of " + count_of(answer.triangles.size(), "triangle"));
  if (!answer.flats.empty()) {
    const std::size_t flats = answer.flats.size();
    parts.push_back(n == 1   ? count_of(flats, "flat interval")
                    : n == 2 ? count_of(flats, "flat polygon")
                             : count_of(flats, "polygon") + " around flat pieces");
  }
  std::string text;
  if (n > 3) {
    text = answer.boxes + answer.open == 0
               ? "no fold: det J has one sign on the box\n"
               : fmt::format("J0 lies in {} boxes (with more than three inputs there is no exact shape)\n",
                             answer.boxes + answer.open);
  } else if (!parts.empty()) {
    text =
        fmt::format("J0 in the box{}: {}\n", answer.complete ? ", exactly" : ", found so far", fmt::join(parts, "; "));
  } else {
    text = answer.complete ? "no fold: det J has one sign on every linear piece in the box\n"
                           : "no point of J0 was found so far\n";
  }
  const std::string left = answer.open == 1 ? "one small box" : fmt::format("{} small boxes", answer.open);
  if (answer.status == "open" && answer.complete) {
    text += fmt::format("  open: the proof leaves {} undecided, where many linear pieces meet\n", left);
  } else if (answer.status != "solved") {
    text += fmt::format("  {}\n", stop_words(answer));
  }
  if (n == 1) {
    for (const auto& line : answer.lines) text += fmt::format("    {}\n", answer.points[at(line[0])][0]);
    for (const auto& flat : answer.flats) {
      text += fmt::format("    {} to {}\n", answer.points[at(flat[0])][0], answer.points[at(flat[1])][0]);
    }
  }
  if (!answer.proof.network_sha256.empty() && answer.boxes > 0) {
    text += fmt::format("  proved: {}, no wider than {:.3g}, each with a point of J0; none elsewhere{}\n",
                        answer.boxes == 1 ? std::string("one small box") : fmt::format("{} small boxes", answer.boxes),
                        answer.width, answer.open > 0 ? fmt::format(", but for {} left open", left) : "");
  } else if (!answer.proof.network_sha256.empty() && answer.open > 0) {
    text += fmt::format("  proved: no J0 outside of {} left open\n", left);
  }
  return text + effort_text(answer.effort) + proof_text(answer);
}

}  // namespace foldproof::cli
