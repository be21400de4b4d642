// Claim: as for search_radius.
// m < n: the map is affine with a kernel on every cell of the cone at the centre, so two points of one such cell
// collide, as near to the centre as we like (MATHEMATICS 6.3b): r* = 0.
// m > n: determinants and the theorem about the boundary are gone (7.3: alpha_curve is locally injective, its boundary
// never collides, and yet r* = 5/2). What is left needs no dimension to match: a cube test of the whole ball by
// compression (2.5), one preconditioner (5.1), and all pairs of the ball, which have 2n dimensions. Collisions, and
// proofs where hinges meet, come from pairs of linear pieces (6.1).
#include "search/rectangular.h"

#include <algorithm>
#include <random>

#include "search/monotone_cover.h"
#include "search/piece_pairs.h"
#include "search/whole_ball.h"

namespace foldproof {

namespace {

constexpr std::uint64_t most_rectangular_pairs = 20'000'000;
constexpr std::uint64_t most_rectangular_boxes = 40000;
constexpr double tall_patience = 14.0;

}  // namespace

RadiusResult search_wide(const Problem& problem, Incumbent& incumbent, Control& control) {
  RadiusResult result;
  const Rational limit = Rational::from_double(incumbent.cone_radius()) / Rational(2);
  for (int attempt = 0; attempt < 64 && !incumbent.radius_is_zero(); ++attempt) {
    if (auto pair = pair_near_centre(problem, limit, attempt)) incumbent.offer(std::move(*pair), "flat");
  }
  conclude(result, incumbent, control);
  return result;
}

void shake_centre(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent) {
  if (!(incumbent.cone_radius() > 0.0)) return;
  Box cone = problem.root(incumbent.cone_radius());
  improve_in_boxes(problem, root, incumbent, cone, cone, 8 + 4 * cone.size());
}

RadiusResult cheap_proofs(const Problem& problem, const std::shared_ptr<const RegionNetwork>& root,
                          const Incumbent& incumbent, Control& control, Dispatch* dispatch) {
  RadiusResult result;
  result.lower = whole_ball(problem, *root, control, incumbent.cone_radius(), problem.max_radius);
  if (result.lower > 0.0) result.lower_by = "whole";
  control.lower = result.lower;
  MonotoneCover monotone(problem, root, control, dispatch);
  const double target = incumbent.target();
  if (result.lower < target && !control.should_stop_now() && monotone.choose_preconditioner(target)) {
    control.phase = "global";
    const double proved = monotone.run(target, target * 0x1p-11, most_rectangular_boxes);
    if (proved > result.lower) {
      result.lower = proved;
      result.lower_by = "monotone";
    }
    control.lower = result.lower;
  }
  return result;
}

PairSearch::Rules rules_of_pieces(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                                  const PairCells& exact) {
  PairSearch::Rules rules;
  rules.collide = [&](const Box& x, const Box& y, bool last) {
    return improve_in_boxes(problem, root, incumbent, x, y, last ? 20 : 2);
  };
  rules.cells = [&](const Box& x, const Box& y, double most) {
    PairCells::Outcome found = exact.settle(x, y, most);
    if (!found.u.empty()) improve_by_pieces(problem, root, incumbent, found.u, found.v);
    return found;
  };
  return rules;
}

PairSearch::Rules rules_of_tall(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                                const PairCells& exact) {
  PairSearch::Rules rules = rules_of_pieces(problem, root, incumbent, exact);
  rules.patience = tall_patience;
  return rules;
}

RadiusResult search_tall(const Problem& problem, const std::shared_ptr<const RegionNetwork>& root, Incumbent& incumbent,
                         Control& control) {
  shake_centre(problem, *root, incumbent);
  RadiusResult result;
  const auto dispatch = dispatch_of(problem, incumbent, control);
  if (!incumbent.radius_is_zero()) result = cheap_proofs(problem, root, incumbent, control, dispatch.get());
  if (!incumbent.closes(result.lower)) {
    control.phase = "global";
    improve_along_rays(problem, *root, incumbent);
    const PairCells exact(problem, *root);
    PairSearch pairs(problem, root, incumbent, control, rules_of_tall(problem, *root, incumbent, exact),
                     dispatch.get());
    const double proved = pairs.run_best_first(most_rectangular_pairs);
    if (proved > result.lower) {
      result.lower = proved;
      result.lower_by = "pairs";
    }
    if (!incumbent.closes(result.lower)) result.resisting = pairs.resisting();
  }
  conclude(result, incumbent, control);
  return result;
}

}  // namespace foldproof
