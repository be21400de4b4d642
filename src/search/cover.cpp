// Claim: when run() ends with nothing open, every full-dimensional cell meeting the ball of radius lower() has the
// determinant sign incumbent.sign().
// Proof sketch: the nodes' boxes always cover the root box, because a split stores the same double in both halves
// and a node is dropped only (a) when its part inside B(target) passed a cube test with the common sign, (b) when it
// does not meet B(target), and targets only fall. So the ball of radius min(target, nearest open or narrow box) is
// covered by closed boxes of one sign (MATHEMATICS 4.2 then needs only the boundary).
// Boxes are clipped to B(target) before they are tested: the nearest fold point lies just outside that ball, and the
// clipped box need not resolve it.
#include "search/cover.h"

#include <algorithm>

#include "number/scalar.h"
#include "search/axis.h"
#include "search/budgets.h"
#include "search/exact_cells.h"

namespace foldproof {

namespace {}  // namespace

Cover::Cover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control,
             Dispatch* dispatch)
    : BestFirst(problem, std::move(root), incumbent, control, dispatch) {}

void Cover::begin() {
  Node node{problem_.root(problem_.max_radius), 0.0, control_.new_ids(1), root_};
  node.distance = node.box.distance(problem_.norm);
  control_.emit([&](Observer& observer) { observer.root(node.id, node.box, "local"); });
  push(std::move(node));
}

void Cover::run(double resolution) { BestFirst::run(resolution); }

Cover::Outcome Cover::process(CoverWorker& worker, Node& node, Node children[2], int& axis, double& where) {
  const double target = incumbent_.target();
  Box inside = node.box;
  if (!inside.clip(target) || inside.distance(problem_.norm) >= target) {
    control_.emit([&](Observer& observer) { observer.beyond(node.id, target); });
    return Outcome::settled;
  }
  const RegionNetwork* net = node.network.get();
  worker.bounder.enclose(*net, inside);
  worker.bounder.slopes(*net, worker.slopes);
  const CubeResult result = worker.test.run(worker.slopes, slope_node_budget);
  control_.slope_nodes.fetch_add(static_cast<std::uint64_t>(result.nodes), std::memory_order_relaxed);
  if (result.sign != 0 && incumbent_.agree_on_sign(result.sign)) {
    control_.emit([&](Observer& observer) { observer.leaf(node.id, inside, result.test, result.sign, target, "l"); });
    return Outcome::settled;
  }

  // Look for the other sign in the middle and, if the whole box has it, at its point nearest to the centre.
  const std::size_t n = at(inside.size());
  std::vector<double> probe = worker.bounder.middle();
  if (result.sign != 0) {
    for (std::size_t i = 0; i < n; ++i) {
      probe[i] = 0.999 * std::min(std::max(0.0, inside.lower[i]), inside.upper[i]) + 0.001 * probe[i];
    }
  }
  if (const double size = norm_of(problem_.norm, probe); size >= target) {
    // Towards the box's nearest point, into the ball: the norm is convex.
    const double share = 0.999 * (target - node.distance) / (size - node.distance);
    for (std::size_t i = 0; i < n; ++i) {
      const double nearest = std::min(std::max(0.0, inside.lower[i]), inside.upper[i]);
      probe[i] = nearest + share * (probe[i] - nearest);
    }
  }
  if (incumbent_.sign_at(*net, probe) != incumbent_.sign()) incumbent_.improve_by_fold(probe);
  if (node.distance >= incumbent_.target()) {
    control_.emit([&](Observer& observer) { observer.beyond(node.id, incumbent_.target()); });
    return Outcome::settled;
  }

  if (result.sign != 0) return Outcome::narrow;  // all of the box has the other sign: no part of it can be covered
  axis = axis_of_influence(worker.bounder, worker.slopes, worker.test.influence(), inside, worker.score);
  where = 0.5 * inside.lower[at(axis)] + 0.5 * inside.upper[at(axis)];
  if (inside.width(axis) < resolution_ || !(where > inside.lower[at(axis)] && where < inside.upper[at(axis)])) {
    // On wide networks exact cells cost as much as a hundred boxes: there, only next to nothing else helps.
    const bool worth_it = root_->neurons() <= 128 || inside.width(axis) < incumbent_.target() * 0x1p-24;
    if (!worth_it) return Outcome::narrow;
    const auto cells = cells_with_sign(problem_, *root_, inside, incumbent_.sign(), most_unstable_in_cells);
    if (!cells) return Outcome::narrow;
    control_.emit(
        [&](Observer& observer) { observer.leaf(node.id, inside, "cells", incumbent_.sign(), target, "c " + *cells); });
    return Outcome::settled;
  }
  std::shared_ptr<const RegionNetwork> network = node.network;
  if (worker.bounder.unstable() * 10 <= net->neurons() * 7) {
    network = worker.bounder.restrict_again(*root_, *net, inside);
  }
  for (int h = 0; h < 2; ++h) {
    children[h] = {inside, 0.0, 0, network};
    (h == 0 ? children[h].box.upper : children[h].box.lower)[at(axis)] = where;
    children[h].distance = children[h].box.distance(problem_.norm);
  }
  return Outcome::split;
}

}  // namespace foldproof
