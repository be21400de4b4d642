// Claim: f is injective on B(lower) n D, and collision is a verified pair.
// Proof sketch: Cover gives one determinant sign on all cells meeting the ball of radius t. For n = 1 that is strict
// monotonicity (4.3). For n >= 2 injectivity on the boundary of the ball of radius t completes the proof (4.2); if the
// boundary holds a collision, t falls below it and the boundary of the smaller ball is asked. A single cube test of
// the whole ball proves it at once (2.5), and gives a first lower bound cheaply.
#include "search/radius_search.h"

#include <algorithm>

#include "search/boundary.h"
#include "search/cover.h"
#include "search/incumbent.h"

namespace foldproof {

namespace {

// The largest radius of the form start * 2^i, refined a little, whose whole ball passes one cube test.
double whole_ball(const Problem& problem, const RegionNetwork& root, double start, double limit) {
  Bounder bounder;
  CubeTest test;
  SlopeMatrices slopes;
  const auto passes = [&](double radius) {
    bounder.enclose(root, problem.root(radius));
    bounder.slopes(root, slopes);
    return test.run(slopes, 200).sign != 0;
  };
  double proved = 0.0;
  double radius = std::min(start, limit);
  while (passes(radius)) {
    proved = radius;
    if (radius >= limit) return proved;
    radius = std::min(2.0 * radius, limit);
  }
  return proved;
}

}  // namespace

RadiusResult search_radius(const Problem& problem, Control& control) {
  RadiusResult result;
  const auto root = std::make_shared<const RegionNetwork>(*problem.network, problem.centre);
  Incumbent incumbent(problem, *root, control);
  const std::size_t n = problem.centre.size();

  // The sign of det J next to the centre: only a guess, the first proved leaf decides.
  std::vector<double> near_centre(n);
  const Box limits = problem.root(problem.max_radius);
  for (std::size_t i = 0; i < n; ++i) {
    const double offset = incumbent.cone_radius() * 0x1p-10 * (1.0 + 0.3 * static_cast<double>(i));
    near_centre[i] = limits.upper[i] > 0.0 ? std::min(offset, limits.upper[i]) : std::max(-offset, limits.lower[i]);
  }
  const int sign = incumbent.sign_at(*root, near_centre);
  incumbent.agree_on_sign(sign != 0 ? sign : 1);
  if (sign == 0) incumbent.improve_by_fold(near_centre);
  if (!incumbent.radius_is_zero()) {
    result.lower = whole_ball(problem, *root, incumbent.cone_radius(), problem.max_radius);
    control.lower = result.lower;
    incumbent.shoot_rays();
  }

  Cover cover(problem, root, incumbent, control);
  BoundaryPairs boundary(problem, root, incumbent, control);
  while (result.lower < incumbent.target()) {
    control.phase = "local";
    cover.run();
    result.local_lower = cover.lower();
    if (control.should_stop() || !(result.lower < incumbent.target())) break;
    if (n == 1) {
      result.lower = std::max(result.lower, cover.lower());
      if (!cover.stalled().empty()) result.resisting = cover.stalled().front().box;
      break;
    }
    control.phase = "global";
    // Stalled boxes may lie beyond a collision that the boundary still has to show: ask the whole target first.
    const BoundaryPairs::Result outcome = boundary.run(incumbent.target());
    if (outcome == BoundaryPairs::Result::collision) continue;
    if (outcome == BoundaryPairs::Result::injective && cover.stalled().empty()) {
      result.lower = incumbent.target();
      break;
    }
    if (outcome == BoundaryPairs::Result::unresolved) result.resisting = boundary.resisting();
    if (!cover.stalled().empty()) {
      result.resisting = cover.stalled().front().box;
      const double radius = cover.lower() * (1.0 - problem.gap);
      if (radius > result.lower && boundary.run(radius) == BoundaryPairs::Result::injective) result.lower = radius;
    }
    break;
  }
  result.zero = incumbent.radius_is_zero();
  if (result.zero) {
    result.lower = 0.0;
    result.local_lower = 0.0;
    result.scale = Rational(1);
  }
  result.closed = result.zero || result.lower >= incumbent.target();
  result.local_lower = std::max(result.local_lower, result.lower);
  result.collision = incumbent.best();
  result.kind = incumbent.kind();
  control.lower = result.lower;
  return result;
}

}  // namespace foldproof
