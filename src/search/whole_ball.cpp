#include "search/whole_ball.h"

#include <algorithm>

#include "slope/rank_test.h"

namespace foldproof {

double whole_ball(const Problem& problem, const RegionNetwork& root, Control& control, double start, double limit) {
  Bounder bounder;
  RankTest test(problem.margin);
  SlopeMatrices slopes;
  const auto passes = [&](double radius) {
    bounder.enclose(root, problem.root(radius));
    bounder.slopes(root, slopes);
    return test.run(slopes, {}, 200);
  };
  double proved = 0.0;
  double radius = start > 0.0 ? std::min(start, limit) : limit * 0x1p-40;
  while (!control.should_stop() && passes(radius)) {
    proved = radius;
    if (radius >= limit) return proved;
    radius = std::min(2.0 * radius, limit);
  }
  return proved;
}

}  // namespace foldproof
