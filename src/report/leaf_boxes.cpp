#include "report/leaf_boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace foldproof {

namespace {

constexpr std::size_t kMostBoxes = 4000;

bool meets_slice(const Leaf& leaf, const Region& region, const std::vector<std::size_t>& axes) {
  for (std::size_t i = 0; i < leaf.lower.size(); ++i) {
    const Point side = region.within(i, leaf.lower[i], leaf.upper[i]);
    const bool is_axis = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (is_axis ? side[0] >= side[1] : leaf.lower[i] > 0 || leaf.upper[i] < 0) return false;
  }
  return true;
}

}  // namespace

Json leaf_boxes(const Answer& answer, const Region& region, const std::vector<std::size_t>& axes,
                std::set<std::string>& notes) {
  std::vector<const Leaf*> meeting;
  for (const Leaf& leaf : answer.leaves) {
    if (meets_slice(leaf, region, axes)) meeting.push_back(&leaf);
  }
  double extent = 0;
  const std::vector<Point> sides = region.bounding_box(1);
  for (const std::size_t i : axes) extent = std::max(extent, sides[i][1] - sides[i][0]);
  const Rounding rounded(extent);
  const std::size_t step = std::max<std::size_t>(1, (meeting.size() + kMostBoxes - 1) / kMostBoxes);
  std::map<std::string, Json> tests;
  std::size_t shown = 0;
  for (std::size_t k = 0; k < meeting.size(); k += step) {
    Json box = Json::array();
    for (const std::size_t i : axes) {
      const Point side = region.within(i, meeting[k]->lower[i], meeting[k]->upper[i]);
      box.push_back(rounded(side[0]));
      box.push_back(rounded(side[1]));
    }
    tests.try_emplace(meeting[k]->test, Json::array()).first->second.push_back(std::move(box));
    ++shown;
  }
  if (answer.leaves.size() < answer.leaves_total || shown < meeting.size()) {
    notes.insert(fmt::format("{} boxes are drawn, of {} in the proof", shown, answer.leaves_total));
  }
  return {{"shown", shown}, {"total", answer.leaves_total}, {"tests", Json(tests)}};
}

}  // namespace foldproof
