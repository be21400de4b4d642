#include "cli/orbit_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace foldproof::cli {

namespace {

std::string kind_words(const Orbit& orbit) {
  if (orbit.kind == "fixed point") return fmt::format("a fixed point, ({})", fmt::join(orbit.points.back(), ", "));
  if (orbit.kind == "period") return fmt::format("a cycle of period {}", orbit.period);
  if (orbit.kind == "closed curve") return "a closed curve around which it turns";
  if (orbit.kind == "escapes") return fmt::format("nothing: it leaves every bound at step {}", orbit.escaped);
  return "no fixed point, short cycle or closed curve, as far as these steps tell";
}

}  // namespace

std::string orbit_csv(const Orbit& orbit, const std::string& command) {
  std::string text = fmt::format("# {}\n", command);
  for (const std::vector<double>& point : orbit.points) text += fmt::format("{}\n", fmt::join(point, ","));
  return text;
}

std::string orbit_text(const Orbit& orbit, const std::string& file) {
  std::string text = fmt::format(
      "the orbit settles down to {}\n  {} steps after {} that were skipped, in double precision: an "
      "illustration, not a proof\n",
      kind_words(orbit), orbit.steps, orbit.skip);
  text += fmt::format("  {} points", orbit.points.size());
  if (orbit.stride > 1) text += fmt::format(", one in {}", orbit.stride);
  return text + (file.empty() ? "\n" : fmt::format(" in {}\n", file));
}

}  // namespace foldproof::cli
