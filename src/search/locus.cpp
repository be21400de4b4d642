// Claim: every point of the box in the closures of two cells with opposite determinants, or of a cell with determinant
// 0, lies in a leaf 'b' or '?'; each leaf 'b' holds one; shape is all of J0 if shape_complete. A leaf '?' is left only
// where the run must stop, or where a box that cannot be cut has too many cells.
// Proof sketch: on a leaf '+' or '-' only neurons that are nonzero on the closed box count as decided, so its test
// speaks of every cell that touches the box. Two points with determinants of different signs in a convex box, in the
// interior of cells, have a fold or a flat cell between them. Boxes that fail the test are cut until few neurons are
// undecided; then their cells are enumerated exactly. A facet that lies in the face of such a box, where only one
// side of it is seen, is enumerated with a slightly larger box. Where the slope test stalls at the resolution, because
// hinges meet without a fold or because a fold runs next to the box or along a face of the domain, the cells that touch
// the box are the leaf (locus_cells.h).
// Cuts are made beside the middle, at a place that hinges with simple coefficients miss.
#include "search/locus.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "number/rounding.h"
#include "number/scalar.h"
#include "search/axis.h"
#include "search/budgets.h"
#include "search/locus_cells.h"

namespace foldproof {

namespace {

constexpr int most_undecided[] = {0, 64, 32, 14};         // of a box whose cells are enumerated, by n
constexpr double narrow = 0x1p-30;                        // relative to the root: cells are enumerated however many
constexpr std::size_t fuel = 600;                         // nodes below a box of the resolution
constexpr int few_undecided = 6;                          // of a leaf by its cells: at once,
constexpr int many_undecided[] = {0, 160, 160, 160, 24};  // or as a last resort, by n
constexpr double tolerable_weight_error = 1e-13;

// A point of (lower, upper) near the middle with few digits.
double cut_between(double lower, double upper) {
  const double width = upper - lower;
  const double unit = std::ldexp(1.0, std::ilogb(width) - 12);
  const double where = std::round((lower + 0.4871 * width) / unit) * unit;
  return where > lower && where < upper ? where : 0.5 * lower + 0.5 * upper;
}

int widest_axis(const Box& box) {
  int axis = 0;
  for (int i = 1; i < box.size(); ++i) {
    if (box.width(i) > box.width(axis)) axis = i;
  }
  return axis;
}

bool can_cut(const Box& box, int axis) {
  const double where = cut_between(box.lower[at(axis)], box.upper[at(axis)]);
  return where > box.lower[at(axis)] && where < box.upper[at(axis)];
}

// Ends of the part of the segment p q in the box; false if there is none.
bool clip_segment(const Box& box, std::vector<double>& p, std::vector<double>& q) {
  double from = 0.0, to = 1.0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double step = q[i] - p[i];
    if (step == 0.0) {
      if (p[i] < box.lower[i] || p[i] > box.upper[i]) return false;
      continue;
    }
    const double a = (box.lower[i] - p[i]) / step, b = (box.upper[i] - p[i]) / step;
    from = std::max(from, std::min(a, b));
    to = std::min(to, std::max(a, b));
  }
  if (!(from < to)) return false;
  const std::vector<double> start = p;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double step = q[i] - start[i];
    p[i] = start[i] + from * step;
    q[i] = start[i] + to * step;
  }
  return true;
}

using Corner = std::array<double, 3>;

Corner cross(const Corner& a, const Corner& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Corner minus(const Corner& a, const Corner& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
double dot(const Corner& a, const Corner& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// A convex polygon whose corners come in any order, cut to the box, and its normal; empty if they do not meet.
std::vector<Corner> clip_polygon(const Box& box, std::vector<Corner> polygon, Corner& normal) {
  Corner middle{};
  for (const Corner& p : polygon) {
    for (std::size_t i = 0; i < 3; ++i) middle[i] += p[i] / static_cast<double>(polygon.size());
  }
  const Corner first = minus(polygon[0], middle);
  normal = {};
  for (const Corner& p : polygon) {
    const Corner candidate = cross(first, minus(p, middle));
    if (dot(candidate, candidate) > dot(normal, normal)) normal = candidate;
  }
  const Corner second = cross(normal, first);
  const auto angle = [&](const Corner& p) {
    return std::atan2(dot(minus(p, middle), second) / std::sqrt(dot(second, second)),
                      dot(minus(p, middle), first) / std::sqrt(dot(first, first)));
  };
  std::sort(polygon.begin(), polygon.end(), [&](const Corner& a, const Corner& b) { return angle(a) < angle(b); });
  for (std::size_t i = 0; i < 3; ++i) {
    for (const double side : {1.0, -1.0}) {
      const double limit = side > 0.0 ? box.upper[i] : -box.lower[i];
      std::vector<Corner> kept;
      for (std::size_t c = 0; c < polygon.size(); ++c) {
        const Corner& a = polygon[c];
        const Corner& b = polygon[(c + 1) % polygon.size()];
        const double room_a = limit - side * a[i], room_b = limit - side * b[i];
        if (room_a >= 0.0) kept.push_back(a);
        if (room_a * room_b < 0.0) {
          const double t = room_a / (room_a - room_b);
          kept.push_back({a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])});
        }
      }
      polygon = std::move(kept);
    }
  }
  return polygon;
}

// A point of the facet in the box, and a vector of length about 1 across the facet; in plain doubles.
bool crossing(const LocusCells& cells, const LocusCells::Facet& facet, const Box& box, std::vector<double>& on,
              std::vector<double>& normal) {
  const std::size_t n = box.lower.size();
  const auto corner = [&](std::size_t c) { return cells.approximate[at(facet.vertices[c])]; };
  if (n == 1) {
    on = corner(0);
    normal = {1.0};
    return on[0] > box.lower[0] && on[0] < box.upper[0];
  }
  if (n == 2) {
    std::vector<double> p = corner(0), q = corner(1);
    normal = {p[1] - q[1], q[0] - p[0]};
    if (!clip_segment(box, p, q)) return false;
    on = {0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1])};
  } else {
    std::vector<Corner> polygon;
    for (std::size_t c = 0; c < facet.vertices.size(); ++c)
      polygon.push_back({corner(c)[0], corner(c)[1], corner(c)[2]});
    Corner across{};
    polygon = clip_polygon(box, std::move(polygon), across);
    if (polygon.size() < 3) return false;
    on.assign(3, 0.0);
    for (const Corner& p : polygon) {
      for (std::size_t i = 0; i < 3; ++i) on[i] += p[i] / static_cast<double>(polygon.size());
    }
    normal.assign(across.begin(), across.end());
  }
  double length = 0.0;
  for (const double entry : normal) length = std::max(length, std::abs(entry));
  for (double& entry : normal) entry /= length;
  return length > 0.0;
}

}  // namespace

struct LocusSearch::Worker {
  explicit Worker(double margin) : test(margin) {}
  Bounder bounder;
  CubeTest test;
  SlopeMatrices slopes;
  std::vector<Phase> phase;
  std::vector<SlopeRange> range;
  std::vector<double> score;
  int undecided = 0;
  const char* proved_by = "";
};

LocusSearch::LocusSearch(const Problem& problem, double resolution, Control& control)
    : problem_(problem),
      resolution_(resolution),
      control_(control),
      exact_(*problem.network),
      root_box_(problem.root(problem.max_radius)),
      n_(static_cast<int>(problem.centre.size())) {
  auto root = std::make_shared<Region>();
  root->network = std::make_shared<const RegionNetwork>(*problem.network, problem.centre);
  root->pattern.assign(at(problem.network->neuron_count() / 8 + 1), 0);
  root_ = std::move(root);
}

LocusResult LocusSearch::run() {
  control_.phase = "locus";
  const std::uint64_t id = control_.new_ids(1);
  control_.emit([&](Observer& observer) { observer.root(id, root_box_, "locus"); });
  coarse_.push_back({root_box_, root_, nullptr, id});
  run_workers(control_, changed_, [this] { work(); });
  result_.shape_complete = n_ <= 3 && coarse_.empty();
  for (const std::vector<Node>* const left : {&coarse_, &fine_}) {
    for (const Node& node : *left) leaf(node.id, node.box, 0, "?", "open");
  }
  std::vector<LocusCells> cells;
  for (const auto& box : boxes_) {
    cells.push_back(*box);
    result_.cells += box->cell_count;
  }
  if (n_ <= 3) result_.shape = shape_of(n_, cells);
  return std::move(result_);
}

void LocusSearch::work() {
  Worker worker(problem_.margin);
  std::unique_lock lock(mutex_);
  while (!control_.should_stop()) {
    std::vector<Node>& open = coarse_.empty() ? fine_ : coarse_;
    if (open.empty()) {
      if (in_work_ == 0) break;
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    Node node = std::move(open.back());
    open.pop_back();
    ++in_work_;
    control_.open.store(coarse_.size() + fine_.size(), std::memory_order_relaxed);
    lock.unlock();
    process(worker, node);
    lock.lock();
    --in_work_;
    changed_.notify_all();
  }
  changed_.notify_all();
}

// The sign of det J on all cells that touch the box; 0 if it is not proved. Leaves the strict phases in the worker.
int LocusSearch::test(Worker& worker, const RegionNetwork& net, const Box& box) const {
  worker.bounder.enclose(net, box);
  worker.bounder.strict_phase(worker.phase);
  worker.range.clear();
  worker.undecided = 0;
  for (const Phase phase : worker.phase) {
    worker.range.push_back(slope_range(phase));
    worker.undecided += phase == Phase::unstable ? 1 : 0;
  }
  worker.bounder.slopes(net, worker.range, worker.slopes);
  const CubeResult result = worker.test.run(worker.slopes, slope_node_budget);
  worker.proved_by = result.test;
  control_.regions.fetch_add(1, std::memory_order_relaxed);
  control_.slope_nodes.fetch_add(static_cast<std::uint64_t>(result.nodes), std::memory_order_relaxed);
  return result.sign;
}

void LocusSearch::leaf(std::uint64_t id, const Box& box, int sign, const std::string& line, const char* how) {
  if (resolution_ == 0.0) return;
  control_.emit([&](Observer& observer) { observer.leaf(id, box, how, sign, problem_.max_radius, line); });
  if (sign != 0) return;
  const std::lock_guard lock(mutex_);
  ++(line[0] == 'b' ? result_.boxes : result_.open);
  result_.width = std::max(result_.width, box.width(widest_axis(box)));
}

LocusSearch::Node LocusSearch::half(const Node& node, int axis, double where, int h, std::uint64_t id) const {
  Node result{node.box, node.region, node.cells, id};
  (h == 0 ? result.box.upper : result.box.lower)[at(axis)] = where;
  return result;
}

void LocusSearch::split(const Node& node, int axis) {
  const double where = cut_between(node.box.lower[at(axis)], node.box.upper[at(axis)]);
  const std::uint64_t first = control_.new_ids(2);
  control_.emit([&](Observer& observer) { observer.split(node.id, axis, where, first); });
  const std::lock_guard lock(mutex_);
  for (const int h : {1, 0}) {
    (node.cells ? fine_ : coarse_).push_back(half(node, axis, where, h, first + static_cast<std::uint64_t>(h)));
  }
}

// A box of the resolution: two points with different signs, or its cells, or smaller boxes until each has them or
// passes.
void LocusSearch::settle(Worker& worker, const Node& node) {
  struct Piece {
    Node node;  // its id: the place in `pieces`
    int sign = 0;
    std::string line;  // of a leaf; none: it is cut
    const char* how = "";
    int axis = 0;
    double where = 0.0;
    std::uint64_t first = 0;
  };
  std::vector<Piece> pieces(1);
  pieces[0].node = node;
  const auto by_cells = [&](Piece& piece, int most) {
    auto found = locus_by_cells(problem_, *root_->network, piece.node.box, most, control_);
    if (!found) return false;
    piece.sign = found->sign;
    piece.line = std::move(found->line);
    piece.how = found->sign == 0 ? "change" : "cells";
    return true;
  };
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Node now = pieces[i].node;
    const int sign = i == 0 ? 0 : test(worker, *now.region->network, now.box);
    const int axis = widest_axis(now.box);
    if (sign != 0) {
      pieces[i].sign = sign;
      pieces[i].line.assign(1, sign > 0 ? '+' : '-');
      pieces[i].how = worker.proved_by;
    } else if (pieces[i].line = two_signs(worker, now); !pieces[i].line.empty()) {
      pieces[i].how = "change";
    } else if (by_cells(pieces[i], few_undecided)) {
      continue;
    } else if (pieces.size() < fuel && can_cut(now.box, axis)) {
      const double where = cut_between(now.box.lower[at(axis)], now.box.upper[at(axis)]);
      pieces[i].axis = axis;
      pieces[i].where = where;
      pieces[i].first = pieces.size();
      for (const int h : {0, 1}) {
        pieces.emplace_back();
        pieces.back().node = half(now, axis, where, h, 0);
      }
    } else {
      pieces.resize(1);
      if (!by_cells(pieces[0], many_undecided[std::min(n_, 4)])) return leaf(node.id, node.box, 0, "?", "open");
    }
  }
  const std::uint64_t base = control_.new_ids(pieces.size()) - 1;  // piece 0 is the node itself
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    const std::uint64_t id = i == 0 ? node.id : base + i;
    if (piece.line.empty()) {
      control_.emit([&](Observer& observer) { observer.split(id, piece.axis, piece.where, base + piece.first); });
    } else {
      leaf(id, piece.node.box, piece.sign, piece.line, piece.how);
    }
  }
}

void LocusSearch::process(Worker& worker, Node& node) {
  const RegionNetwork& net = *node.region->network;
  if (const int sign = test(worker, net, node.box); sign != 0) {
    return leaf(node.id, node.box, sign, std::string(1, sign > 0 ? '+' : '-'), worker.proved_by);
  }
  const int widest = widest_axis(node.box);
  const double width = node.box.width(widest);
  int axis = axis_of_influence(worker.bounder, worker.slopes, worker.test.influence(), node.box, worker.score);
  const bool enumerated = node.cells != nullptr;
  const bool worth_narrowing = !enumerated && worker.undecided * 10 <= net.neurons() * 7;
  if (!enumerated && n_ <= 3) {
    const bool tiny = width <= narrow * root_box_.width(widest) || !can_cut(node.box, widest);
    if (worker.undecided > most_undecided[n_] && !tiny) {
      if (worth_narrowing) node.region = narrower(worker, *node.region, node.box);
      return split(node, can_cut(node.box, axis) ? axis : widest);
    }
    node.region = narrower(worker, *node.region, node.box);
    node.cells = enumerate(worker, node);
    if (!node.cells) {  // stopped
      const std::lock_guard lock(mutex_);
      coarse_.push_back(std::move(node));
      return;
    }
    if (resolution_ == 0.0) return;
  }
  if (n_ > 3 && worth_narrowing) node.region = narrower(worker, *node.region, node.box);
  if (width > resolution_ && can_cut(node.box, widest)) {
    return split(node, node.box.width(axis) > resolution_ && can_cut(node.box, axis) ? axis : widest);
  }
  settle(worker, node);
}

// @pre test() was the last on this network and box
std::shared_ptr<const LocusSearch::Region> LocusSearch::narrower(Worker& worker, const Region& region,
                                                                 const Box& box) const {
  const Region* from = &region;
  if (region.network->weight_error() > tolerable_weight_error) {
    from = root_.get();
    worker.bounder.enclose(*root_->network, box);
    worker.bounder.strict_phase(worker.phase);
  }
  auto result = std::make_shared<Region>();
  result->network = worker.bounder.restrict(*from->network, worker.phase, false);
  result->pattern = from->pattern;
  for (std::size_t p = 0; p < worker.phase.size(); ++p) {
    if (worker.phase[p] != Phase::active) continue;
    const int j = from->network->original(static_cast<int>(p));
    result->pattern[at(j / 8)] = static_cast<char>(result->pattern[at(j / 8)] | 1 << (j % 8));
  }
  return result;
}

std::shared_ptr<const LocusCells> LocusSearch::enumerate(Worker& worker, const Node& node) {
  Box box = node.box;
  std::shared_ptr<const Region> region = node.region;
  for (bool again = false;; again = true) {
    std::vector<Rational> lower, upper;
    std::vector<char> domain_face;
    for (int i = 0; i < n_; ++i) {
      const bool low = box.lower[at(i)] == root_box_.lower[at(i)], high = box.upper[at(i)] == root_box_.upper[at(i)];
      lower.push_back(low ? problem_.domain[at(i)].first
                          : problem_.centre[at(i)] + Rational::from_double(box.lower[at(i)]));
      upper.push_back(high ? problem_.domain[at(i)].second
                           : problem_.centre[at(i)] + Rational::from_double(box.upper[at(i)]));
      domain_face.push_back(low ? 1 : 0);
      domain_face.push_back(high ? 1 : 0);
    }
    const CellBox given{&exact_, region->network.get(), &region->pattern, &box, &lower, &upper, &problem_.centre};
    CellComplex complex(given, [&] { return control_.should_stop(); });
    if (complex.stopped()) return nullptr;
    bool grown = false;
    for (int face = 0; face < 2 * n_ && !again; ++face) {
      if (!complex.hinge_on_face(face) || domain_face[at(face)] != 0) continue;
      const int i = face / 2;
      const double step = std::ldexp(box.width(i), -12);
      double& end = face % 2 == 0 ? box.lower[at(i)] : box.upper[at(i)];
      end = face % 2 == 0 ? std::max(end - step, root_box_.lower[at(i)]) : std::min(end + step, root_box_.upper[at(i)]);
      grown = true;
    }
    if (!grown) {
      auto cells = std::make_shared<LocusCells>(complex.locus(worker.bounder, worker.test, domain_face));
      const std::lock_guard lock(mutex_);
      boxes_.push_back(cells);
      return cells;
    }
    worker.bounder.enclose(*root_->network, box);
    worker.bounder.strict_phase(worker.phase);
    region = narrower(worker, *root_, box);
  }
}

// 1, -1, 0, or 2 if it is not known.
int LocusSearch::sign_at(Worker& worker, const Node& node, const std::vector<double>& point) const {
  const RegionNetwork& net = *node.region->network;
  worker.bounder.enclose(net, Box{point, point});
  worker.bounder.strict_phase(worker.phase);
  std::string pattern = node.region->pattern;
  worker.range.clear();
  for (std::size_t p = 0; p < worker.phase.size(); ++p) {
    if (worker.phase[p] == Phase::unstable) return 2;
    worker.range.push_back(slope_range(worker.phase[p]));
    const int j = net.original(static_cast<int>(p));
    if (worker.phase[p] == Phase::active) pattern[at(j / 8)] = static_cast<char>(pattern[at(j / 8)] | 1 << (j % 8));
  }
  worker.bounder.slopes(net, worker.range, worker.slopes);
  if (const int sign = worker.test.run(worker.slopes, 1).sign; sign != 0) return sign;
  if (!node.cells) return 2;
  const bool flat = std::any_of(node.cells->cells.begin(), node.cells->cells.end(), [&](const LocusCells::Cell& cell) {
    return cell.sign == 0 && cell.pattern == pattern;
  });
  return flat ? 0 : 2;
}

// The line of a leaf `b`, from two points of the box with different signs of the determinant: on both sides of a facet
// that crosses it, or anywhere.
std::string LocusSearch::two_signs(Worker& worker, const Node& node) const {
  const Box& box = node.box;
  const std::size_t n = at(n_);
  std::vector<double> first;
  int first_sign = 2;
  std::string line;
  const auto found = [&](const std::vector<double>& point) {
    const int sign = sign_at(worker, node, point);
    if (sign == 2) return false;
    std::vector<Rational> x;
    for (std::size_t i = 0; i < n; ++i) x.push_back(problem_.centre[i] + Rational::from_double(point[i]));
    if (!problem_.in_domain(x)) return false;
    if (first_sign == 2 || (sign * first_sign > 0)) {
      first = point;
      first_sign = sign;
      if (sign != 0) return false;
    }
    line.assign(1, 'b');
    for (const double entry : first) line += ' ' + canonical(entry);
    for (const double entry : point) line += ' ' + canonical(entry);
    return true;
  };
  double narrowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < n_; ++i) narrowest = std::min(narrowest, box.width(i));
  if (node.cells) {
    for (const LocusCells::Facet& facet : node.cells->facets) {
      std::vector<double> on, normal;
      if (!crossing(*node.cells, facet, box, on, normal)) continue;
      for (const double share : {0x1p-3, 0x1p-7, 0x1p-12, 0x1p-20}) {
        for (const double side : {1.0, -1.0}) {
          std::vector<double> point = on;
          for (std::size_t i = 0; i < n; ++i) {
            point[i] += side * share * normal[i] * narrowest;
            point[i] = std::clamp(point[i], box.lower[i], box.upper[i]);
          }
          if (found(point)) return line;
        }
      }
    }
    const bool flat = std::any_of(node.cells->cells.begin(), node.cells->cells.end(),
                                  [](const LocusCells::Cell& cell) { return cell.sign == 0; });
    if (!flat) return line;
  }
  std::mt19937_64 random(1);
  for (int k = 0; k < 32; ++k) {
    std::vector<double> point;
    for (std::size_t i = 0; i < n; ++i) {
      const double t = k == 0 ? 0.5 : static_cast<double>(random() >> 11) * 0x1p-53;
      point.push_back(std::clamp(box.lower[i] + t * (box.upper[i] - box.lower[i]), box.lower[i], box.upper[i]));
    }
    if (found(point)) return line;
  }
  return line;
}

}  // namespace foldproof
