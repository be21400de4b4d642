// Claim: see preimage_search.h; every leaf that is written was proved as point_cover.cpp says.
// One tree of boxes, refined where some value needs it, serves all values: a box knows its enclosure of f and whether f
// is one-to-one on it, so that most values leave most boxes after a few multiplications. Where f is one-to-one on a box
// and a preimage is known in it, it is the only one there. Newton's method from the box's middle proposes it, a
// rational solution on its linear piece makes it exact. Boxes on folds and in flat places go to their exact cells. What
// is written for a value does not depend on the other values, nor on the threads.
#include "search/preimage_search.h"

#include <cmath>
#include <deque>
#include <memory>
#include <unordered_map>

#include "model/evaluate.h"
#include "number/scalar.h"
#include "search/cone.h"
#include "search/exact_cells.h"
#include "search/preimage_finder.h"

namespace foldproof {

namespace {

constexpr int most_bisections = 52;            // bisections of one box, per input
constexpr int early_level = 7;                 // from here on few undecided neurons go to their cells
constexpr std::size_t most_flats = 2000;       // segments of one value
constexpr std::uint64_t most_boxes = 4000000;  // of one value
constexpr std::size_t most_pieces = 20000;     // kept

struct Region {
  Box box;
  std::shared_ptr<const RegionNetwork> network;  // valid on the box
  Image image;
  bool injective = false;
  int unstable = 0;
  int level = 0;  // bisections from the root
  int axis = 0;   // where it is cut, if some value needs it
  double where = 0.0;
  std::once_flag split;
  Region* child[2] = {nullptr, nullptr};
};

// The exact affine maps of pieces, by their activation patterns.
class Pieces {
 public:
  explicit Pieces(const Network& network) : network_(network) {}

  struct Piece {
    RationalMatrix jacobian;
    std::vector<Rational> constant;
  };
  std::shared_ptr<const Piece> of(const std::vector<bool>& active) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = known_.find(active);
      if (found != known_.end()) return found->second;
    }
    const ExactPiece exact = affine_piece(network_, active);
    auto piece = std::make_shared<Piece>(Piece{RationalMatrix(network_.output_count(), network_.inputs), {}});
    for (int o = 0; o < network_.output_count(); ++o) {
      for (const Term& term : exact.output[at(o)].terms) piece->jacobian.set(o, term.variable, term.coefficient);
      piece->constant.push_back(exact.output[at(o)].constant);
    }
    const std::lock_guard lock(mutex_);
    if (known_.size() < most_pieces) known_.emplace(active, piece);
    return piece;
  }

 private:
  const Network& network_;
  std::mutex mutex_;
  std::unordered_map<std::vector<bool>, std::shared_ptr<const Piece>> known_;
};

class Tree {
 public:
  Tree(const Problem& problem, Control& control)
      : problem_(problem),
        control_(control),
        network_(std::make_shared<const RegionNetwork>(*problem.network, problem.centre)),
        pieces_(*problem.network) {
    PointTest test(*network_, problem.margin);
    root_ = make(test, problem.root(problem.max_radius), network_, false, 0);
  }

  const Problem& problem() const { return problem_; }
  Control& control() const { return control_; }
  const std::shared_ptr<const RegionNetwork>& network() const { return network_; }
  Pieces& pieces() { return pieces_; }
  Region& root() { return *root_; }

  /// False if the box cannot be cut.
  bool split(PointTest& test, Region& region) {
    std::call_once(region.split, [&] {
      const double where = region.where;
      if (!(where > region.box.lower[at(region.axis)] && where < region.box.upper[at(region.axis)])) return;
      for (int h = 0; h < 2; ++h) {
        Box half = region.box;
        (h == 0 ? half.upper : half.lower)[at(region.axis)] = where;
        region.child[h] = make(test, std::move(half), region.network, region.injective, region.level + 1);
      }
    });
    return region.child[0] != nullptr;
  }

 private:
  Region* make(PointTest& test, Box box, const std::shared_ptr<const RegionNetwork>& network, bool injective,
               int level) {
    test.enclose(*network, box);
    Region* region = nullptr;
    {
      const std::lock_guard lock(mutex_);
      region = &regions_.emplace_back();
    }
    control_.regions.fetch_add(1, std::memory_order_relaxed);
    region->level = level;
    region->image = test.image();
    region->unstable = test.bounder().unstable();
    region->injective = injective || test.injective(*network);
    region->axis = region->injective ? longest(test.image(), box) : test.axis(box);
    region->where = 0.5 * box.lower[at(region->axis)] + 0.5 * box.upper[at(region->axis)];
    region->network = network;
    if (region->unstable * 10 <= network->neurons() * 7)
      region->network = test.bounder().restrict_again(*network_, *network, box);
    region->box = std::move(box);
    return region;
  }

  // The side whose image is longest.
  static int longest(const Image& image, const Box& box) {
    const std::size_t m = image.value.size();
    int axis = 0;
    double best = -1.0;
    for (std::size_t i = 0; i < box.lower.size(); ++i) {
      double size = 0.0;
      for (std::size_t o = 0; o < m; ++o) size += std::abs(image.generators[i * m + o]);
      if (size > best) {
        best = size;
        axis = static_cast<int>(i);
      }
    }
    return axis;
  }

  const Problem& problem_;
  Control& control_;
  std::shared_ptr<const RegionNetwork> network_;
  Pieces pieces_;
  std::mutex mutex_;
  std::deque<Region> regions_;
  Region* root_ = nullptr;
};

// One value.
class OneValue {
 public:
  OneValue(Tree& tree, PointTest& test, const std::vector<Rational>& value)
      : tree_(tree),
        test_(test),
        target_(target_of(*tree.network(), value)),
        finder_(tree.problem(), *tree.network(), value, target_) {
    result_.fibre.value = value;
  }

  PreimageResult run() {
    visit(tree_.root());
    result_.tree.pop_back();  // the last line feed
    return std::move(result_);
  }

 private:
  void leaf(const std::string& line) {
    ++result_.leaves;
    result_.tree += line + '\n';
  }
  void visit(Region& region);
  int point_in(const Box& box);
  bool propose(const Region& region);
  bool exact_cells_now(const Region& region) const;
  bool cells(const Region& region);
  bool cone(const Region& region);

  Tree& tree_;
  PointTest& test_;
  Image target_;
  PreimageFinder finder_;
  PreimageResult result_;
  std::vector<std::vector<Rational>> relative_;  // the points of the fibre that have been looked at, less the centre
  std::uint64_t boxes_ = 0;
};

// The number of a point of the fibre that lies in the box, or -1.
int OneValue::point_in(const Box& box) {
  const auto& points = result_.fibre.points;
  while (relative_.size() < points.size()) {
    std::vector<Rational> u = points[relative_.size()];
    for (std::size_t i = 0; i < u.size(); ++i) u[i] -= tree_.problem().centre[i];
    relative_.push_back(std::move(u));
  }
  for (std::size_t k = 0; k < relative_.size(); ++k) {
    bool inside = true;
    for (std::size_t i = 0; i < box.lower.size() && inside; ++i) {
      const Rational& u = relative_[k][i];
      inside = Rational::from_double(box.lower[i]) <= u && u <= Rational::from_double(box.upper[i]);
    }
    if (inside) return static_cast<int>(k);
  }
  return -1;
}

// Newton's method from the middle of a box; where it ends next to the box, the exact solution becomes a point of the
// fibre.
bool OneValue::propose(const Region& region) {
  const Problem& problem = tree_.problem();
  std::vector<double> start;
  double width = 0.0;
  for (int i = 0; i < region.box.size(); ++i) {
    start.push_back(0.5 * region.box.lower[at(i)] + 0.5 * region.box.upper[at(i)]);
    width = std::max(width, region.box.width(i));
  }
  const auto u = finder_.newton(std::move(start));
  if (!u) return false;
  for (std::size_t i = 0; i < u->size(); ++i) {
    const double room = 1e-9 * width;
    if (!((*u)[i] >= region.box.lower[i] - room && (*u)[i] <= region.box.upper[i] + room)) return false;
  }
  const std::vector<bool> pattern = finder_.pattern();
  const auto piece = tree_.pieces().of(pattern);
  std::vector<Rational> right = result_.fibre.value;
  for (std::size_t o = 0; o < right.size(); ++o) right[o] -= piece->constant[o];
  const auto solutions = piece->jacobian.solutions(right, std::vector<Rational>(u->size()));
  if (!solutions || !solutions->free.empty() || !problem.in_domain(solutions->x)) return false;
  // The piece holds the point if a box around it has the piece's phases; else the network itself is asked.
  Box around;
  for (std::size_t i = 0; i < u->size(); ++i) {
    const Rational entry = solutions->x[i] - problem.centre[i];
    around.lower.push_back(entry.lower_double());
    around.upper.push_back(entry.upper_double());
  }
  test_.enclose(*tree_.network(), around);
  bool same = true;
  for (std::size_t p = 0; p < pattern.size() && same; ++p) {
    same = test_.bounder().phase()[p] == (pattern[p] ? Phase::active : Phase::inactive);
  }
  if (!same && evaluate(*problem.network, solutions->x).output != result_.fibre.value) return false;
  result_.fibre.number_of(solutions->x);
  return true;
}

bool OneValue::exact_cells_now(const Region& region) const {
  const RegionNetwork& net = *region.network;
  const int per_input = region.level / net.inputs();
  if (region.injective) return per_input >= 20 && region.unstable <= 12;  // a preimage lies next to the box, nearly
  if (region.unstable <= 2 || per_input >= 20) return region.unstable <= 12;
  if (net.outputs() < net.inputs()) return region.unstable <= 6;
  return per_input >= early_level && region.unstable <= 5;
}

bool OneValue::cells(const Region& region) {
  if (result_.fibre.flats.size() >= most_flats) return false;
  const auto tokens = cells_with_preimages(tree_.problem(), *tree_.network(), region.box, result_.fibre, 12);
  if (tokens) leaf("c " + *tokens);
  return tokens.has_value();
}

bool OneValue::cone(const Region& region) {
  const int k = point_in(region.box);
  if (k < 0) return false;
  const PointPhases phases = phases_at(*tree_.problem().network, *tree_.network(), result_.fibre.points[at(k)]);
  test_.enclose(*region.network, region.box);
  for (int p = 0; p < region.network->neurons(); ++p) {
    const bool zero = phases.zero[at(region.network->original(p))];
    if (test_.bounder().phase()[at(p)] == Phase::unstable && !zero) return false;
  }
  int left = 2000;
  const std::string lines = cone_lines(test_, *region.network, region.box, target_, {k, phases, relative_[at(k)]},
                                       tree_.control(), [&](const Box&) { return --left > 0; });
  if (!lines.empty()) leaf(lines);
  return !lines.empty();
}

void OneValue::visit(Region& region) {
  ++boxes_;
  if (tree_.control().should_stop() || boxes_ > most_boxes) {
    ++result_.open;
    return leaf("?");
  }
  if (const std::string line = test_.apart(region.image, target_); !line.empty()) return leaf(line);
  if (region.injective) {
    int k = point_in(region.box);
    if (k < 0 && propose(region)) k = point_in(region.box);
    if (k >= 0) return leaf("t " + std::to_string(k));
  }
  if (exact_cells_now(region) && (cells(region) || cone(region))) return;
  const bool narrow = region.level >= most_bisections * region.box.size() || result_.fibre.flats.size() >= most_flats;
  if (narrow || !tree_.split(test_, region)) {
    ++result_.open;
    return leaf("?");
  }
  result_.tree += "s " + std::to_string(region.axis) + ' ' + canonical(region.where) + '\n';
  for (Region* const child : region.child) visit(*child);
}

}  // namespace

std::vector<PreimageResult> search_preimages(const Problem& problem, const std::vector<std::vector<Rational>>& values,
                                             Control& control) {
  require_ieee_arithmetic();
  Tree tree(problem, control);
  std::vector<PreimageResult> results(values.size());
  std::atomic<std::size_t> next{0};
  std::condition_variable unused;
  run_workers(control, unused, [&] {
    PointTest test(*tree.network(), problem.margin);
    for (std::size_t v = next++; v < values.size(); v = next++) {
      results[v] = OneValue(tree, test, values[v]).run();
      control.open.store(values.size() - std::min(values.size(), next.load()), std::memory_order_relaxed);
    }
  });
  return results;
}

}  // namespace foldproof
