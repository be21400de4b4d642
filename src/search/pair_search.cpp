// Claim: Result::injective means that f has no collision (x, y) with x and y in the union of the roots, in the ball,
// and on its surface where they come from a shell.
// Proof sketch: all unordered pairs of roots are asked, (X, X) included; a pair of patches is dropped only if
//   beside:    |u| > r on one of them, or |u| < r on one of a shell, or
//   separated: a linear functional p has p . f(x) > p . f(y) for all x in X, y in Y (affine enclosures), or
//   secant:    J(s) is nonsingular for all slopes s between points of X and points of Y (2.5, ranges by 1.2);
//   harmless:  the structure of two networks makes outputs of B equal where those of A are (Problem 3), or
//   cells:     on each pair of linear pieces of the two patches equal outputs are no collision, exactly
//              (pair_cells.cpp);
// otherwise the wider patch is halved, (X, X) into (a, a), (a, b), (b, b). Touching and equal patches are treated
// like all others, so branch points cannot slip through.
// A pair that resists while it is small is asked for an exact collision: the linear pieces at the two middles give an
// LP (6.1), rational arithmetic decides (pair_on_pieces).
// Best first (maps to more outputs than inputs, Problem 3): the one root is the whole ball, and pairs are taken by the
// distance of their farther patch. When every pair left is at least r away, the ball of radius r holds no collision. A
// patch that sticks out of the target ball is cut at its surface first: collisions just outside need not be resolved.
//
// What did not pay: settling pairs whose convex hull avoids the boxes where one preconditioner fails (5.5). On cb4_32x2
// it saved 3 % of the pairs and cost more than it saved; the pairs that are left are those next to the fold's tip.
#include "search/pair_search.h"

#include <algorithm>
#include <cmath>

#include "number/scalar.h"
#include "search/budgets.h"

namespace foldproof {

namespace {

double distance(const Box& x, const Box& y) {
  double result = 0.0;
  for (std::size_t i = 0; i < x.lower.size(); ++i) {
    result = std::max({result, x.lower[i] - y.upper[i], y.lower[i] - x.upper[i]});
  }
  return result;
}

// Pairs of cells that a pair of boxes may be asked for. Those of the whole ball settle small networks at once, and
// those of networks that see few directions: boxes multiply in all directions, pieces only in these. Elsewhere cells
// are for places where cuts were in vain: twice as many whenever all sides have been halved. In large networks a pair
// of cells costs as much as hundreds of pairs of boxes, and where these get through, cells must wait.
constexpr double cells_of_ball = 64.0, first_cells = 8.0, most_cells = 2048.0, more_cells = 128.0;
constexpr double small_network = 12.0;  // neurons

double cells_worth_asking(int divisions, double patience, const RegionNetwork& root, bool few_directions) {
  const double more = few_directions ? more_cells : 1.0;
  if (divisions == 0) return more * cells_of_ball;
  const double halvings = 0.5 * divisions / root.inputs();
  const double wait = patience * std::max(0.0, 1.0 - small_network / std::max(1, root.neurons()));
  return std::min(std::max(most_cells, more * cells_of_ball), more * first_cells * std::exp2(halvings - wait));
}

}  // namespace

PairSearch::PairSearch(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                       Control& control, Rules rules, Dispatch* dispatch)
    : problem_(problem),
      root_(std::move(root)),
      incumbent_(incumbent),
      control_(control),
      rules_(std::move(rules)),
      dispatch_(dispatch) {}

PairSearch::Patch& PairSearch::patch(int index) const {
  const std::lock_guard lock(patch_mutex_);
  return patches_[at(index)];
}

int PairSearch::add_patch(Root part, int parent) {
  const Box box = asked_of(part.box);
  const std::lock_guard lock(patch_mutex_);
  Patch& made = patches_.emplace_back();
  made.parent = parent;
  made.shell = part.shell;
  made.beside = box.distance(problem_.norm) > radius_ || (part.shell && box.reach(problem_.norm) < radius_);
  if (best_first_) made.distance = box.distance(problem_.norm);
  for (int i = 0; i < box.size(); ++i) made.width = std::max(made.width, box.width(i));
  made.box = std::move(part.box);
  return static_cast<int>(patches_.size()) - 1;
}

PairSearch::Patch& PairSearch::prepared(Worker& worker, int index) {
  Patch& result = patch(index);
  if (!result.ready.load(std::memory_order_acquire)) {
    std::call_once(result.making, [&] { prepare(worker, result); });
  }
  return result;
}

void PairSearch::prepare(Worker& worker, Patch& made) {
  const Patch* const parent = made.parent < 0 ? nullptr : &prepared(worker, made.parent);
  const std::shared_ptr<const RegionNetwork>& network = parent == nullptr ? root_ : parent->network;
  const Box box = asked_of(made.box);
  worker.bounder.enclose(*network, box);
  made.injective = parent != nullptr && parent->injective;
  if (!made.injective && !made.beside) {
    worker.bounder.slopes(*network, worker.slopes);
    made.injective = worker.test.run(worker.slopes, rules_.columns, slope_node_budget);
  }
  made.image = image_of(worker.bounder, box, network->outputs());
  made.network = worker.bounder.unstable() * 10 <= network->neurons() * 7
                     ? worker.bounder.restrict_again(*root_, *network, box)
                     : network;
  made.ready.store(true, std::memory_order_release);
}

// Best first, what lies outside of the ball of the target does not matter: targets only fall.
Box PairSearch::asked_of(const Box& box) const {
  Box result = box;
  if (best_first_) result.ball.radius = std::min(result.ball.radius, incumbent_.target());
  return result;
}

double PairSearch::split_size(const Patch& patch) const {
  // Depth first the image alone counts. Best first, a side that A maps to nothing must shrink too.
  return best_first_ ? patch.image.size / image_scale_ + 0.05 * patch.width / width_scale_ : patch.image.size;
}

bool PairSearch::cut_at_surface(const Box& box, double radius, std::size_t& axis, double& where) const {
  if (problem_.norm != Norm::linf) return false;
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    for (const double side : {-radius, radius}) {
      if (!(box.lower[i] < side && side < box.upper[i])) continue;
      axis = i;
      where = side;
      return true;
    }
  }
  return false;
}

void PairSearch::split_patch(Worker& worker, int index) {
  Patch& parent = patch(index);
  std::call_once(parent.split, [&] {
    // The side whose image is longest.
    const std::size_t n = parent.box.lower.size();
    const std::size_t m = parent.image.value.size();
    std::size_t axis = 0;
    double best = -1.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double side = parent.box.width(static_cast<int>(i));
      double size = best_first_ ? 0.05 * image_scale_ * side / width_scale_
                                : 1e-3 * parent.image.size * side / (parent.width + 1e-300);
      for (std::size_t o = 0; o < m; ++o) size += std::abs(parent.image.generators[i * m + o]);
      const double half = 0.5 * parent.box.lower[i] + 0.5 * parent.box.upper[i];
      if (half > parent.box.lower[i] && half < parent.box.upper[i] && size > best) {
        best = size;
        axis = i;
      }
    }
    if (best < 0.0) return;  // nothing left to cut between neighbouring doubles
    double where = 0.5 * parent.box.lower[axis] + 0.5 * parent.box.upper[axis];
    if (best_first_) cut_at_surface(parent.box, incumbent_.target(), axis, where);
    cut(index, static_cast<int>(axis), where);
    for (const int child : parent.children) prepared(worker, child);
    tell_cut(index);
  });
}

void PairSearch::cut(int index, int axis, double where) {
  Patch& parent = patch(index);
  for (int h = 0; h < 2; ++h) {
    Root half{parent.box, parent.shell};
    (h == 0 ? half.box.upper : half.box.lower)[at(axis)] = where;
    parent.children[h] = add_patch(std::move(half), index);
  }
  parent.axis = axis;
  parent.where = where;
  parent.is_split.store(true, std::memory_order_release);
}

void PairSearch::tell_cut(int index) {
  const Patch& parent = patch(index);
  control_.emit([&](Observer& observer) {
    observer.patch_split(index, parent.axis, parent.where, parent.children[0], parent.children[1]);
    for (const int child : parent.children) {
      if (patch(child).beside) observer.patch_beside(child);
    }
  });
}

bool PairSearch::secant(Worker& worker, Pair& pair, const Patch& x, const Patch& y) {
  const RegionNetwork& net = *pair.network;
  const std::size_t k = at(net.neurons());
  worker.bounder.enclose(net, asked_of(x.box));
  worker.lower.resize(k);
  worker.upper.resize(k);
  for (std::size_t p = 0; p < k; ++p) {
    worker.lower[p] = worker.bounder.lower(static_cast<int>(p));
    worker.upper[p] = worker.bounder.upper(static_cast<int>(p));
  }
  worker.bounder.enclose(net, asked_of(y.box));
  worker.range.resize(k);
  std::vector<Phase> phase(k, Phase::unstable);
  std::size_t undecided = 0;
  for (std::size_t p = 0; p < k; ++p) {
    worker.range[p] = slope_range(worker.lower[p], worker.upper[p], worker.bounder.lower(static_cast<int>(p)),
                                  worker.bounder.upper(static_cast<int>(p)));
    if (worker.range[p].lower == 1.0) {
      phase[p] = Phase::active;
    } else if (worker.range[p].upper == 0.0) {
      phase[p] = Phase::inactive;
    } else {
      ++undecided;
    }
  }
  worker.bounder.slopes(net, worker.range, worker.slopes);
  if (worker.test.run(worker.slopes, rules_.columns, slope_node_budget)) return true;
  if (undecided * 10 <= k * 7 && net.weight_error() < 1e-10) pair.network = worker.bounder.restrict(net, phase);
  return false;
}

void PairSearch::push(Pair pair) {
  pair.id = next_id_++;
  push_again(std::move(pair));
}

void PairSearch::push_again(Pair pair) {
  if (best_first_) pair.distance = std::max(patch(pair.x).distance, patch(pair.y).distance);
  stack_.push_back(std::move(pair));
  std::push_heap(stack_.begin(), stack_.end(), later());
}

// At a worker (youngest first) some of the others may matter.
bool PairSearch::nothing_waits() const {
  return stack_.empty() || (best_first_ && !part_ && stack_.front().distance >= incumbent_.target());
}

void PairSearch::work() {
  Worker worker(*root_, problem_.margin);
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (control_.should_stop()) {
      over_ = true;
      if (result_ != Result::collision) result_ = Result::stopped;
      break;
    }
    if (nothing_waits()) {
      if (in_work_.empty()) {
        over_ = true;
        break;
      }
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    if (dispatch_ != nullptr && dispatch_->occupied()) {
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    if (part_ && pairs_ >= most_pairs_) break;
    if (++pairs_ > most_pairs_) {
      over_ = true;
      if (result_ != Result::collision) result_ = Result::unresolved;
      break;
    }
    std::pop_heap(stack_.begin(), stack_.end(), later());
    Pair pair = std::move(stack_.back());
    stack_.pop_back();
    if (part_ && best_first_ && pair.distance >= incumbent_.target()) continue;
    in_work_.push_back(pair.distance);
    control_.open.store(stack_.size(), std::memory_order_relaxed);
    if (best_first_) {
      const double proved = *std::min_element(in_work_.begin(), in_work_.end());
      if (proved > control_.lower.load(std::memory_order_relaxed)) control_.lower = proved;
    }
    lock.unlock();

    control_.pairs.fetch_add(1, std::memory_order_relaxed);
    const Patch& x = prepared(worker, pair.x);
    const Patch& y = prepared(worker, pair.y);
    const double width = std::max(x.width, y.width);
    const double apart = distance(x.box, y.box);
    char settled = 0;
    bool collision = false;
    bool stuck = false;
    if (x.beside || y.beside) {
      settled = 'o';
    } else if (pair.x == pair.y) {
      if (x.injective) settled = 'i';
    } else {
      settled = worker.separation.run(x.image, y.image, best_first_);
      if (settled == 0 && apart <= 2.0 * std::max(x.width, y.width) && secant(worker, pair, x, y)) settled = 't';
    }
    if (settled == 0 && rules_.harmless && rules_.harmless(asked_of(x.box), asked_of(y.box))) settled = 'e';
    PairCells::Outcome cells;
    if (settled == 0 && rules_.cells && pair.divisions >= pair.cells_from) {
      const double most = cells_worth_asking(pair.divisions, rules_.patience, *root_, !rules_.columns.empty());
      cells = rules_.cells(asked_of(x.box), asked_of(y.box), most);
      if (cells.tokens) settled = 'c';
      if (!cells.u.empty()) pair.cells_from = pair.divisions + 4;
    }
    // Far pairs are asked early, near ones only when they are tiny; and again after every eightfold shrinking. Best
    // first, pairs that touch are asked too.
    const bool near = best_first_ && width >= 0.5 * apart;
    const bool small = width < 0.05 * radius_ && (apart > 0.0 ? width < 0.5 * apart : false);
    if (settled == 0 && (small || near) && (pair.asked == 0.0 || width < 0.125 * pair.asked)) {
      pair.asked = width;
      collision = rules_.collide(x.box, y.box, false);
    }
    std::vector<Pair> children;
    char how = 'd';
    const bool divide = settled == 0 && (!collision || best_first_);
    if (divide) {
      if (width < radius_ * 0x1p-36) {
        stuck = !rules_.collide(x.box, y.box, true) || !best_first_;
      } else if (pair.x == pair.y) {
        split_patch(worker, pair.x);
        const auto [a, b] = x.children;
        stuck = a < 0;
        children = {{a, b, 0, pair.network, 0.0}, {a, a, 0, pair.network, 0.0}, {b, b, 0, pair.network, 0.0}};
        if (best_first_) {
          for (Pair& child : children) child.asked = pair.asked;
        }
      } else {
        const bool first = split_size(x) >= split_size(y);
        how = first ? 'x' : 'y';
        split_patch(worker, first ? pair.x : pair.y);
        for (const int half : patch(first ? pair.x : pair.y).children) {
          stuck = stuck || half < 0;
          children.push_back({first ? half : pair.x, first ? pair.y : half, 0, pair.network, pair.asked});
        }
      }
    }

    lock.lock();
    in_work_.erase(std::find(in_work_.begin(), in_work_.end(), pair.distance));
    if (settled == 'c') {
      control_.emit([&](Observer& observer) { observer.pair_cells(pair.id, *cells.tokens); });
    } else if (settled != 0) {
      const std::vector<double> functional = settled == 'f' ? worker.separation.functional() : std::vector<double>();
      control_.emit([&](Observer& observer) { observer.pair_leaf(pair.id, settled, functional); });
    } else if (!divide) {
      over_ = true;
      result_ = Result::collision;
    } else if (stuck && result_ != Result::collision) {
      result_ = Result::unresolved;  // depth first, the other pairs may still show a collision
      Box hull = x.box;
      for (std::size_t i = 0; i < hull.lower.size(); ++i) {
        hull.lower[i] = std::min(hull.lower[i], y.box.lower[i]);
        hull.upper[i] = std::max(hull.upper[i], y.box.upper[i]);
      }
      resisting_ = std::move(hull);
      if (best_first_) {
        over_ = true;
        stack_.push_back(std::move(pair));
      }
    } else if (children.empty()) {
      push_again(std::move(pair));  // the incumbent has improved: it may lie beyond the target now
    } else {
      control_.emit([&](Observer& observer) { observer.pair_split(pair.id, how, next_id_); });
      for (Pair& child : children) {
        child.divisions = pair.divisions + 1;
        child.cells_from = pair.cells_from;
        push(std::move(child));
      }
    }
    changed_.notify_all();
  }
  changed_.notify_all();
}

void PairSearch::begin(double radius, std::uint64_t most_pairs, std::vector<Root> roots) {
  radius_ = radius;
  most_pairs_ = most_pairs;
  pairs_ = 0;
  resisting_.reset();
  patches_.clear();
  stack_.clear();
  over_ = false;
  result_ = Result::injective;
  for (Root& part : roots) add_patch(std::move(part), -1);
  next_id_ = 0;
}

void PairSearch::search() {
  const auto local = [this] { work(); };
  if (dispatch_ == nullptr) return run_workers(control_, changed_, local);
  run_workers(control_, changed_, local, [this] { dispatch_->run(*this); }, [this] { dispatch_->wake(); });
}

PairSearch::Result PairSearch::run(std::vector<Root> roots, double radius, std::uint64_t most_pairs) {
  best_first_ = false;
  const int count = static_cast<int>(roots.size());
  begin(radius, most_pairs, std::move(roots));
  for (int a = 0; a < count; ++a) {
    for (int b = a; b < count; ++b) push({a, b, 0, root_});
  }
  search();
  return result_;
}

void PairSearch::measure_root() {
  Worker worker(*root_, problem_.margin);
  const Patch& whole = prepared(worker, 0);
  image_scale_ = whole.image.size + 1e-300;
  width_scale_ = whole.width;
}

double PairSearch::run_best_first(std::uint64_t most_pairs) {
  best_first_ = true;
  const double radius = incumbent_.target();
  begin(radius, most_pairs, {{problem_.root(radius)}});
  measure_root();
  push({0, 0, 0, root_});
  control_.emit([&](Observer& observer) { observer.all_pairs(radius); });
  search();
  double proved = incumbent_.target();
  for (const Pair& pair : stack_) proved = std::min(proved, pair.distance);
  return proved;
}

}  // namespace foldproof
