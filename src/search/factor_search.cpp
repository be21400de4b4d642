// Claim: A(x) = A(y) implies B(x) = B(y) on B(lower) n D, and collision is a verified pair with A equal and B
// different. Proof sketch, in the order of what it costs (MATHEMATICS 7.2):
//   the structure of the two networks on the whole ball (EqualOutputs): B = A, B = g(A), shared layers;
//   where A is injective nothing can go wrong, so Problem 1 of A gives a lower bound, and its collision ends the search
//   if B differs there: the usual case;
//   otherwise all pairs of the ball, best first: pairs that A tells apart, pairs without collisions of A up to
//   directions that neither network sees, pairs where the structure alone makes B equal, and pairs where it is so on
//   each pair of linear pieces (PairCells): the only ones that settle points where several hinges meet.
// Directions that neither network sees: let G hold the coefficients of the inputs in all rows of both. If G has a
// kernel, A and B are functions of G x, and it is enough that J(s) has full rank on columns at which G has its pivots:
// then A(x) = A(y) implies G (x - y) = 0.
#include "search/factor_search.h"

#include <algorithm>

#include "search/equal_outputs.h"
#include "search/piece_pairs.h"
#include "search/rectangular.h"

namespace foldproof {

namespace {

constexpr std::uint64_t most_pairs = 20'000'000;

std::vector<int> seen_columns(const Network& network) {
  std::vector<int> pivots = directions_seen(network);
  if (static_cast<int>(pivots.size()) == network.inputs) pivots.clear();
  return pivots;
}

// A collision of A, and where B is the same there, the pieces at its two points and beside them.
void offer_collision(const Problem& joint, const RegionNetwork& root, Incumbent& incumbent, const Collision& of_a,
                     const std::string& kind) {
  if (auto pair = verify_collision(joint, of_a.x, of_a.y)) {
    incumbent.offer(std::move(*pair), kind);
    return;
  }
  Box x, y;
  for (std::size_t i = 0; i < joint.centre.size(); ++i) {
    const double u = (of_a.x[i] - joint.centre[i]).nearest_double();
    const double v = (of_a.y[i] - joint.centre[i]).nearest_double();
    const double around = std::max(1e-6 * of_a.radius_upper, std::abs(u - v));
    x.lower.push_back(u - around);
    x.upper.push_back(u + around);
    y.lower.push_back(v - around);
    y.upper.push_back(v + around);
  }
  improve_in_boxes(joint, root, incumbent, x, y, 8);
}

}  // namespace

RadiusResult search_factor(const Problem& joint, const Problem& a, Control& control) {
  require_ieee_arithmetic();
  const auto root = std::make_shared<const RegionNetwork>(*joint.network, joint.centre);
  Incumbent incumbent(joint, *root, control);
  RadiusResult result;
  const EqualOutputs equal(joint, *root);
  const Box ball = joint.root(joint.max_radius);
  if (equal.holds(ball, ball)) {
    result.lower = joint.max_radius;
    result.lower_by = "equal";
    conclude(result, incumbent, control);
    return result;
  }
  shake_centre(joint, *root, incumbent);
  const auto root_a = std::make_shared<const RegionNetwork>(*a.network, a.centre);
  bool go_on = !incumbent.radius_is_zero();
  if (go_on && a.network->output_count() == a.network->inputs) {
    result = search_radius(a, control);
    go_on = result.closed;
    if (result.collision) offer_collision(joint, *root, incumbent, *result.collision, result.kind);
    // The sign cover only matters for A's own radius.
    if (result.lower_by == "sign" || result.lower_by == "boundary") {
      result.sign_lower = result.lower;
    } else {
      result.sign_lower = 0.0;
    }
    control.upper = incumbent.upper();
  } else if (go_on && a.network->output_count() > a.network->inputs) {
    result = cheap_proofs(a, root_a, incumbent, control, nullptr);
  }
  if (go_on && !incumbent.closes(result.lower) && !control.should_stop_now()) {
    control.phase = "global";
    improve_along_rays(joint, *root, incumbent);
    const PairCells exact(joint, *root);
    PairSearch::Rules rules = rules_of_pieces(joint, *root, incumbent, exact);
    rules.columns = seen_columns(*joint.network);
    rules.harmless = [&](const Box& x, const Box& y) { return equal.holds(x, y); };
    PairSearch pairs(a, root_a, incumbent, control, std::move(rules), nullptr);
    const double proved = pairs.run_best_first(most_pairs);
    if (proved > result.lower) {
      result.lower = proved;
      result.lower_by = "pairs";
      result.sign_lower = 0.0;
    }
    result.resisting = pairs.resisting();
  }
  conclude(result, incumbent, control);
  return result;
}

}  // namespace foldproof
