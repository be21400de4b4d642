// Claim: f is injective on B(lower) n D, and collision is a verified pair.
// Proof sketch: Cover gives one determinant sign on all cells meeting the ball of radius t. For n = 1 that is strict
// monotonicity (4.3). For n >= 2 injectivity on the boundary of the ball of radius t completes the proof (4.2); if the
// boundary holds a collision, t falls below it and the boundary of the smaller ball is asked. A single cube test of
// the whole ball proves it at once (2.5), and gives a first lower bound cheaply.
#include "search/radius_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/rounding.h"
#include "search/boundary.h"
#include "search/budgets.h"
#include "search/cover.h"
#include "search/incumbent.h"
#include "search/monotone_cover.h"
#include "search/rectangular.h"
#include "search/whole_ball.h"

namespace foldproof {

namespace {

constexpr std::uint64_t all_pairs = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t some_pairs = 20000;

// Where the cover by one preconditioner needs more boxes, pairs of the boundary may need less; in five dimensions and
// more theirs would have to be cut in eight and more.
std::uint64_t most_monotone_boxes(std::size_t n) { return n <= 4 ? 400'000 : 4'000'000; }

}  // namespace

RadiusResult search_radius(const Problem& problem, Control& control) {
  RadiusResult result;
  require_ieee_arithmetic();
  const auto root = std::make_shared<const RegionNetwork>(*problem.network, problem.centre);
  Incumbent incumbent(problem, *root, control);
  const std::size_t n = problem.centre.size();
  if (root->outputs() < root->inputs()) return search_wide(problem, incumbent, control);
  if (root->outputs() > root->inputs()) return search_tall(problem, root, incumbent, control);

  // The sign of det J next to the centre, exactly. It is the sign the cover has to prove; nothing rests on it before.
  std::vector<double> near_centre(n);
  const Box limits = problem.root(problem.max_radius);
  for (std::size_t i = 0; i < n; ++i) {
    const double offset = incumbent.cone_radius() * 0x1p-10 * (1.0 + 0.3 * static_cast<double>(i));
    near_centre[i] = limits.upper[i] > 0.0 ? std::min(offset, limits.upper[i]) : std::max(-offset, limits.lower[i]);
  }
  const int sign = incumbent.exact_sign_at(near_centre);
  incumbent.agree_on_sign(sign != 0 ? sign : 1);
  if (sign == 0) incumbent.improve_by_fold(near_centre);
  if (!incumbent.radius_is_zero()) {
    result.lower = whole_ball(problem, *root, control, incumbent.cone_radius(), problem.max_radius);
    control.lower = result.lower;
    if (result.lower > 0.0) {
      result.lower_by = "whole";
      const Box ball = problem.root(result.lower);
      const std::uint64_t id = control.new_ids(1);
      control.emit([&](Observer& observer) {
        observer.root(id, ball, "whole");
        observer.leaf(id, ball, "slopes", sign, result.lower, "l");
      });
    }
    incumbent.shoot_rays();
  }

  const auto dispatch = dispatch_of(problem, incumbent, control);
  Cover cover(problem, root, incumbent, control, dispatch.get());
  cover.begin();
  BoundaryPairs boundary(problem, root, incumbent, control, dispatch.get());
  // In higher dimensions one preconditioner is the cheapest first proof, and bounds the radius while the rest runs.
  MonotoneCover monotone(problem, root, control, dispatch.get());
  if (n >= 3 && result.lower < incumbent.target() && monotone.choose_preconditioner(incumbent.target())) {
    control.phase = "global";
    const double radius = incumbent.target();
    const double proved = monotone.run(radius, radius * 0x1p-11, most_monotone_boxes(n));
    if (proved > result.lower) {
      result.lower = proved;
      result.lower_by = "monotone";
    }
    control.lower = result.lower;
  }
  // Places where slope tests stall (branch points, hinges through a common point) must not be resolved to dust before
  // the boundary has had its say: a collision may put them out of the ball.
  // In the plane such places are points and cost little; in higher dimensions they are lines and more.
  int level = n <= 2 ? 20 : 9;
  const double first = result.lower;
  double boundary_proved = 0.0;
  while (result.lower < incumbent.target()) {
    control.phase = "local";
    // Large weights put everything next to the centre: until a pair tells how near, the first ball proved does.
    const bool known = incumbent.target() < problem.max_radius;
    const double scale = known || !(first > 0.0) ? incumbent.target() : std::min(incumbent.target(), first * 0x1p16);
    cover.run(std::ldexp(scale, -level));
    result.sign_lower = std::max(result.sign_lower, cover.lower());
    const double target = incumbent.target();
    if (n == 1 && cover.lower() > result.lower) {
      result.lower = cover.lower();
      result.lower_by = "sign";
    }
    if (control.should_stop() || !(result.lower < target)) break;
    const std::optional<Box> resisting = cover.resisting();
    if (n > 1 && boundary_proved != target) {
      control.phase = "global";
      const bool last = !resisting || level >= finest_level;
      const PairSearch::Result outcome = boundary.run(target, last ? all_pairs : some_pairs);
      if (outcome == PairSearch::Result::collision) continue;
      if (outcome == PairSearch::Result::stopped) break;
      if (outcome == PairSearch::Result::injective) boundary_proved = target;
      if (outcome == PairSearch::Result::unresolved && !resisting) {
        result.resisting = boundary.resisting();
        break;
      }
    }
    if (!resisting) {
      result.lower = target;
      result.lower_by = "boundary";
      break;
    }
    if (level >= finest_level) {
      result.resisting = resisting;
      const double radius = cover.lower() * (1.0 - problem.gap);
      if (n > 1 && radius > result.lower && boundary.run(radius, all_pairs) == PairSearch::Result::injective) {
        result.lower = radius;
        result.lower_by = "boundary";
      }
      break;
    }
    level += 9;
  }
  conclude(result, incumbent, control);
  return result;
}

void conclude(RadiusResult& result, const Incumbent& incumbent, Control& control) {
  result.zero = incumbent.radius_is_zero();
  if (result.zero) {
    result.lower = 0.0;
    result.sign_lower = 0.0;
    result.scale = Rational(1);
  }
  result.closed = result.zero || incumbent.closes(result.lower);
  result.local_lower = std::max(result.sign_lower, result.lower);
  result.collision = incumbent.best();
  result.kind = incumbent.kind();
  control.lower = result.lower;
}

}  // namespace foldproof
