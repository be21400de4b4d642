// Claim: c is the only preimage of f(c) in B(lower) n D, and the collision is a verified one with x = c.
// Proof sketch: the boxes of a best-first cover (best_first.h) are settled by
//   apart:  a linear functional tells f(c) from all f(u) of the box (affine enclosures);
//   secant: f(u) - f(c) = J(s)(u - c), and J(s) has full column rank for all slopes between the box and c (1.1, 1.2),
//           so u = c;
//   cone:   the box holds c, and its undecided neurons are 0 there, so that f(c + t d) = f(c) + t (f(c + d) - f(c))
//           along rays: no other preimage lies on its faces, so none lies in it;
//   cells:  one by one, exactly, where the others stall.
// Where the cone's faces hold a preimage, all of the segment to it are preimages: R = 0.
#include "search/point_cover.h"

#include <cmath>
#include <random>

#include "model/evaluate.h"
#include "number/scalar.h"
#include "search/best_first.h"
#include "search/budgets.h"
#include "search/cone.h"
#include "search/exact_cells.h"
#include "search/point_test.h"
#include "search/preimage_finder.h"

namespace foldproof {

namespace {

struct Worker {
  Worker(const Problem& problem, const RegionNetwork& root, const std::vector<Rational>& value, const Image& target)
      : test(root, problem.margin), finder(problem, root, value, target) {}
  PointTest test;
  PreimageFinder finder;
};

class PointCover : public BestFirst<Worker> {
 public:
  PointCover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control)
      : BestFirst(problem, std::move(root), incumbent, control, nullptr),
        value_(evaluate(*problem.network, problem.centre).output),
        target_(target_of(*root_, value_)),
        centre_(phases_at(*problem.network, *root_, problem.centre)),
        limits_(problem.root(problem.max_radius)) {}

  /// Settles the neighbourhood of the centre, or finds that R = 0, and makes the first boxes.
  void begin();
  void shoot_rays();
  /// The largest radius reached by doubling whose whole ball passes one secant test; 0 if none does.
  double whole_ball();

 private:
  Worker make_worker() const override { return Worker(problem_, *root_, value_, target_); }
  Outcome process(Worker& worker, Node& node, Node children[2], int& axis, double& where) override;
  bool improve(Worker& worker, const std::vector<double>& u, const Box& limits, double beyond);
  Node first_node();
  void cut_out(const Box& cone, const std::string& line);

  std::vector<Rational> value_;
  Image target_;
  PointPhases centre_;
  Box limits_;
};

bool PointCover::improve(Worker& worker, const std::vector<double>& u, const Box& limits, double beyond) {
  auto found = worker.finder.near(u, limits, beyond, incumbent_.upper());
  if (!found) return false;
  auto collision = verify_collision(problem_, problem_.centre, std::move(found->x));
  return collision && incumbent_.offer(std::move(*collision), found->flat ? "flat" : "preimage");
}

std::vector<double> middle_of(const Box& box) {
  std::vector<double> u;
  for (std::size_t i = 0; i < box.lower.size(); ++i) u.push_back(0.5 * box.lower[i] + 0.5 * box.upper[i]);
  return u;
}

Node PointCover::first_node() {
  Node node{limits_, 0.0, control_.new_ids(1), root_, root_};
  node.distance = node.box.distance(problem_.norm);
  control_.emit([&](Observer& observer) { observer.root(node.id, node.box, "points"); });
  return node;
}

// The cone is a node of its own: the rest is cut off side by side.
void PointCover::cut_out(const Box& cone, const std::string& line) {
  Node node = first_node();
  for (std::size_t i = 0; i < cone.lower.size(); ++i) {
    for (const bool upper : {false, true}) {
      const double where = upper ? cone.upper[i] : cone.lower[i];
      if (!(where > node.box.lower[i] && where < node.box.upper[i])) continue;
      const std::uint64_t first_child = control_.new_ids(2);
      control_.emit([&](Observer& observer) { observer.split(node.id, static_cast<int>(i), where, first_child); });
      Node outer = node;
      (upper ? outer.box.lower : outer.box.upper)[i] = where;
      (upper ? node.box.upper : node.box.lower)[i] = where;
      outer.id = first_child + (upper ? 1 : 0);
      node.id = first_child + (upper ? 0 : 1);
      outer.distance = outer.box.distance(problem_.norm);
      push(std::move(outer));
    }
  }
  control_.emit([&](Observer& observer) { observer.leaf(node.id, node.box, "cone", 0, problem_.max_radius, line); });
}

void PointCover::begin() {
  Worker worker = make_worker();
  const Box cone = problem_.box_around(incumbent_.cone_radius());
  worker.test.enclose(*root_, cone);
  if (worker.test.secant(*root_, centre_)) return push(first_node());
  const auto inside = worker.test.bounder().restrict_again(*root_, *root_, cone);
  const std::vector<Rational> origin(cone.lower.size());
  const auto stalled = [&](const Box& box) {
    improve(worker, middle_of(box), limits_, 0.0);
    return !incumbent_.radius_is_zero();
  };
  const std::string line = cone_lines(worker.test, *inside, cone, target_, {0, centre_, origin}, control_, stalled);
  if (!line.empty()) return cut_out(cone, line);
  if (!incumbent_.radius_is_zero()) push(first_node());
}

double PointCover::whole_ball() {
  Worker worker = make_worker();
  double proved = 0.0;
  for (double radius = incumbent_.cone_radius(); !control_.should_stop(); radius *= 2.0) {
    radius = std::min(radius, incumbent_.target());
    worker.test.enclose(*root_, problem_.root(radius));
    if (!(radius > proved) || !worker.test.secant(*root_, centre_)) break;
    proved = radius;
  }
  return proved;
}

void PointCover::shoot_rays() {
  Worker worker = make_worker();
  const std::size_t n = limits_.lower.size();
  std::mt19937_64 random(2023);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  const int rays = 16 + 8 * static_cast<int>(n);
  for (int ray = 0; ray < rays && !control_.should_stop_now(); ++ray) {
    const double radius = std::min(incumbent_.upper(), problem_.max_radius) * (1.0 + ray % 8) / 8.0;
    std::vector<double> u(n);
    for (std::size_t i = 0; i < n; ++i) {
      u[i] = std::min(std::max(radius * uniform(random), limits_.lower[i]), limits_.upper[i]);
    }
    improve(worker, u, limits_, incumbent_.cone_radius());
  }
}

PointCover::Outcome PointCover::process(Worker& worker, Node& node, Node children[2], int& axis, double& where) {
  const double target = incumbent_.target();
  Box inside = node.box;
  if (!inside.clip(target) || inside.distance(problem_.norm) >= target) {
    control_.emit([&](Observer& observer) { observer.beyond(node.id, target); });
    return Outcome::settled;
  }
  const auto settled = [&](const char* test, const std::string& line) {
    control_.emit([&](Observer& observer) { observer.leaf(node.id, inside, test, 0, target, line); });
    return Outcome::settled;
  };
  const RegionNetwork* net = node.network.get();
  worker.test.enclose(*net, inside);
  if (const std::string line = worker.test.apart(target_); !line.empty()) return settled("apart", line);
  std::shared_ptr<const RegionNetwork> network = node.network;
  if (worker.test.bounder().unstable() * 10 <= net->neurons() * 7) {
    network = worker.test.bounder().restrict_again(*root_, *net, inside);
  }
  worker.test.enclose(*node.joint, inside);
  if (worker.test.secant(*node.joint, centre_)) return settled("secant", "t 0");
  const auto joint = worker.test.joint(node.joint);

  improve(worker, worker.test.bounder().middle(), inside, incumbent_.cone_radius());
  if (node.distance >= incumbent_.target()) {
    control_.emit([&](Observer& observer) { observer.beyond(node.id, incumbent_.target()); });
    return Outcome::settled;
  }
  axis = worker.test.axis(inside);
  where = 0.5 * inside.lower[at(axis)] + 0.5 * inside.upper[at(axis)];
  if (inside.width(axis) < resolution_ || !(where > inside.lower[at(axis)] && where < inside.upper[at(axis)])) {
    const bool worth_it = root_->neurons() <= 128 || inside.width(axis) < incumbent_.target() * 0x1p-24;
    if (!worth_it) return Outcome::narrow;
    Fibre fibre{value_, {problem_.centre}, {}};
    const auto cells = cells_with_preimages(problem_, *root_, inside, fibre, most_unstable_in_cells);
    for (std::size_t k = 1; k < fibre.points.size(); ++k) {
      auto collision = verify_collision(problem_, problem_.centre, fibre.points[k]);
      if (collision) incumbent_.offer(std::move(*collision), "preimage");
    }
    if (!cells || fibre.points.size() > 1 || !fibre.flats.empty()) return Outcome::narrow;
    return settled("cells", "c " + *cells);
  }
  for (int h = 0; h < 2; ++h) {
    children[h] = {inside, 0.0, 0, network, joint};
    (h == 0 ? children[h].box.upper : children[h].box.lower)[at(axis)] = where;
    children[h].distance = children[h].box.distance(problem_.norm);
  }
  return Outcome::split;
}

}  // namespace

RadiusResult search_pseudo(const Problem& problem, Control& control) {
  require_ieee_arithmetic();
  const auto root = std::make_shared<const RegionNetwork>(*problem.network, problem.centre);
  Incumbent incumbent(problem, *root, control);
  PointCover cover(problem, root, incumbent, control);
  cover.begin();
  double whole = 0.0;
  if (!incumbent.radius_is_zero()) {
    whole = cover.whole_ball();
    control.lower = whole;
    cover.shoot_rays();
    for (int level = 20; level <= finest_level && !control.should_stop(); level += 13) {
      cover.run(std::ldexp(incumbent.target(), -level));
      if (!cover.resisting()) break;
    }
  }
  RadiusResult result;
  result.lower_by = "points";
  result.zero = incumbent.radius_is_zero();
  result.collision = incumbent.best();
  result.kind = incumbent.kind();
  if (result.zero) {
    result.scale = Rational(1);
  } else {
    result.lower = cover.lower();
    if (whole > result.lower) {  // stopped early
      result.lower = whole;
      result.lower_by = "whole";
      const Box ball = problem.root(whole);
      const std::uint64_t id = control.new_ids(1);
      control.emit([&](Observer& observer) {
        observer.root(id, ball, "whole");
        observer.leaf(id, ball, "secant", 0, whole, "t 0");
      });
    }
    result.local_lower = result.lower;
    result.resisting = cover.resisting();
  }
  result.closed = result.zero || result.lower >= incumbent.target();
  control.lower = result.lower;
  return result;
}

}  // namespace foldproof
