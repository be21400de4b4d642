#include "cli/preimages_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/delivery.h"
#include "cli/text.h"
#include "cli/vectors.h"

namespace foldproof::cli {

namespace {

constexpr std::size_t kMostShown = 20;  // points, segments or values in words

std::vector<std::vector<std::string>> asked_values(const Model& model, const Request& request) {
  if (!request.values.empty()) {
    return read_vectors("--of", request.values, static_cast<std::size_t>(model.outputs()));
  }
  std::vector<std::vector<std::string>> values;
  for (const auto& point : read_vectors("--at", request.points, static_cast<std::size_t>(model.inputs()))) {
    values.push_back(model.evaluate(point));
  }
  return values;
}

std::string many(std::uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string sentence_of(const PreimageSet& set) {
  const std::uint64_t count = set.count();
  if (set.open > 0) {
    return fmt::format("{} and {} found, not proved to be all: {} left", many(count, "preimage"),
                       many(set.flats.size(), "flat segment"),
                       set.open == 1 ? std::string("1 box") : fmt::format("{} boxes", set.open));
  }
  if (!set.flats.empty()) {
    const auto alone = std::count_if(set.points.begin(), set.points.end(),
                                     [](const PreimageSet::Point& point) { return point.inside && point.isolated; });
    return fmt::format("whole segments of preimages on {}, and {} besides; proved to be all",
                       many(set.flats.size(), "linear piece"),
                       many(static_cast<std::uint64_t>(alone), "isolated preimage"));
  }
  if (count == 0) return "no preimage in the box, proved";
  return fmt::format("exactly {} in the box, proved", many(count, "preimage"));
}

std::string one_value_text(const PreimageSet& set) {
  std::string text = fmt::format("{}\n  of y = {}\n", sentence_of(set), point_text(set.value_exact));
  std::size_t shown = 0;
  for (const PreimageSet::Point& point : set.points) {
    if (!point.inside || ++shown > kMostShown) continue;
    text += fmt::format("    x = {}{}\n", point_text(point.x_exact), point.isolated ? "" : "  (on a flat segment)");
  }
  for (const PreimageSet::Flat& flat : set.flats) {
    if (++shown > kMostShown) continue;
    text += fmt::format("    all x from {} to {}\n", point_text(flat.x_exact), point_text(flat.y_exact));
  }
  if (shown > kMostShown) text += fmt::format("    and {} more (--json has them all)\n", shown - kMostShown);
  return text;
}

std::string many_values_text(const Preimages& answer) {
  std::map<std::string, std::uint64_t> kinds;
  for (const PreimageSet& set : answer.sets) ++kinds[sentence_of(set)];
  std::string text = fmt::format("preimages of {} values\n", answer.sets.size());
  std::size_t shown = 0;
  for (const auto& [kind, count] : kinds) {
    if (++shown <= kMostShown) text += fmt::format("  {:>6} of them: {}\n", count, kind);
  }
  if (shown > kMostShown) text += fmt::format("  and {} more kinds (--json has them all)\n", shown - kMostShown);
  return text;
}

std::string text_of(const Preimages& answer) {
  std::string text;
  if (answer.sets.size() == 1) text = one_value_text(answer.sets[0]);
  if (answer.sets.size() > 1) text = many_values_text(answer);
  if (answer.status != "solved") text += fmt::format("  {}\n", stop_words(answer));
  return text + effort_text(answer.effort) + proof_text(answer);
}

}  // namespace

Preimages preimages_command(const Request& request) {
  const Delivery delivery(request);
  const Model model = Model::load(request.network, request.model);
  const auto values = asked_values(model, request);

  ProgressLine progress(request.quiet, request.options.time);
  Preimages answer = preimages(model, values, request.box, delivery.watched(progress));
  progress.erase();

  delivery.give(text_of(answer), [&] { return to_json(model, answer, true); });
  delivery.close(refusal_text(answer));
  return answer;
}

}  // namespace foldproof::cli
