// Claim: Result::injective means that f has no collision with both points on the boundary of B(radius) n D. With one
// determinant sign on all cells inside (Cover) f is then injective on B(radius) n D (MATHEMATICS 4.2, n >= 2).
// Proof sketch: the faces cover the boundary; a pair of patches is dropped only if
//   separated: a linear functional p has p . f(x) > p . f(y) for all x in X, y in Y (affine enclosures), or
//   secant:    J(s) is nonsingular for all slopes s between points of X and points of Y (2.5, ranges by 1.2);
// otherwise the wider patch is halved, (X, X) into (a, a), (a, b), (b, b). Touching and equal patches are treated
// like all others, so branch points cannot slip through.
// A pair that resists while it is small is asked for an exact collision: the linear pieces at the two middles give an
// LP (6.1), rational arithmetic decides (pair_on_pieces).
//
// What did not pay: settling pairs whose convex hull avoids the boxes where one preconditioner fails (5.5). On cb4_32x2
// it saved 3 % of the pairs and cost more than it saved; the pairs that are left are those next to the fold's tip.
#include "search/boundary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/rounding.h"
#include "search/far_pair.h"

namespace foldproof {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

double distance(const Box& x, const Box& y) {
  double result = 0.0;
  for (std::size_t i = 0; i < x.lower.size(); ++i) {
    result = std::max({result, x.lower[i] - y.upper[i], y.lower[i] - x.upper[i]});
  }
  return result;
}

constexpr int slope_node_budget = 40;

}  // namespace

BoundaryPairs::BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                             Control& control)
    : problem_(problem), root_(std::move(root)), incumbent_(incumbent), control_(control) {
  constexpr long close = 8;  // powers of two
  for (int o = 0; o < root_->outputs(); ++o) {
    const long apart = root_->exponent(root_->neurons() + o) - root_->exponent(root_->neurons());
    outputs_comparable_ = outputs_comparable_ && std::abs(apart) <= close;
  }
}

BoundaryPairs::Patch& BoundaryPairs::patch(int index) {
  const std::lock_guard lock(patch_mutex_);
  return patches_[at(index)];
}

int BoundaryPairs::add_patch(Worker& worker, Box box, std::shared_ptr<const RegionNetwork> parent, bool test) {
  const std::size_t n = at(parent->inputs());
  const std::size_t m = at(parent->outputs());
  worker.bounder.enclose(*parent, box);
  bool injective = false;
  if (test) {
    worker.bounder.slopes(*parent, worker.slopes);
    injective = worker.test.run(worker.slopes, slope_node_budget).sign != 0;
  }
  int index = 0;
  Patch* made = nullptr;
  {
    const std::lock_guard lock(patch_mutex_);
    index = static_cast<int>(patches_.size());
    made = &patches_.emplace_back();
  }
  made->injective = injective;
  const Bounder& form = worker.bounder;
  for (std::size_t i = 0; i < n; ++i) {
    const double radius = std::max(round_up(box.upper[i] - form.middle()[i]), round_up(form.middle()[i] - box.lower[i]));
    made->width = std::max(made->width, box.width(static_cast<int>(i)));
    const bool side = box.upper[i] > box.lower[i];
    for (int o = 0; o < parent->outputs(); ++o) {
      made->generators.push_back(side ? form.output_gradient(o)[i] * radius : 0.0);
    }
  }
  for (int q = 0; q < form.symbols(); ++q) {
    for (int o = 0; o < parent->outputs(); ++o) made->generators.push_back(form.output_symbol(o, q));
  }
  for (int o = 0; o < parent->outputs(); ++o) {
    made->value.push_back(form.output_value(o));
    made->remainder.push_back(form.output_plain_remainder(o));
    double size = made->remainder.back();
    for (std::size_t g = at(o); g < made->generators.size(); g += m) size += std::abs(made->generators[g]);
    made->image = std::max(made->image, size);
  }
  made->network = worker.bounder.unstable() * 10 <= parent->neurons() * 7
                      ? worker.bounder.restrict_again(*root_, *parent, box)
                      : std::move(parent);
  made->box = std::move(box);
  return index;
}

void BoundaryPairs::split_patch(Worker& worker, int index) {
  Patch& parent = patch(index);
  std::call_once(parent.split, [&] {
    // The side whose image is longest.
    const std::size_t n = parent.box.lower.size();
    const std::size_t m = parent.value.size();
    std::size_t axis = 0;
    double best = -1.0;
    for (std::size_t i = 0; i < n; ++i) {
      double size = 1e-3 * parent.image * parent.box.width(static_cast<int>(i)) / (parent.width + 1e-300);
      for (std::size_t o = 0; o < m; ++o) size += std::abs(parent.generators[i * m + o]);
      const double half = 0.5 * parent.box.lower[i] + 0.5 * parent.box.upper[i];
      if (half > parent.box.lower[i] && half < parent.box.upper[i] && size > best) {
        best = size;
        axis = i;
      }
    }
    if (best < 0.0) return;  // nothing left to cut between neighbouring doubles
    const double where = 0.5 * parent.box.lower[axis] + 0.5 * parent.box.upper[axis];
    for (int h = 0; h < 2; ++h) {
      Box half = parent.box;
      (h == 0 ? half.upper : half.lower)[axis] = where;
      const int child = add_patch(worker, std::move(half), parent.network, !parent.injective);
      if (parent.injective) patch(child).injective = true;
      parent.children[h] = child;
    }
    control_.emit([&](Observer& observer) {
      observer.patch_split(index, static_cast<int>(axis), where, parent.children[0], parent.children[1]);
    });
  });
}

// p . f(x) > p . f(y) (or <) on the whole pair, with the rounding of its own evaluation and of the generators.
bool BoundaryPairs::gap_along(const double* p, const Patch& x, const Patch& y) const {
  const std::size_t m = x.value.size();
  double difference = 0.0;
  double size = 0.0;
  double spread = 0.0;
  for (std::size_t o = 0; o < m; ++o) {
    difference += p[o] * (x.value[o] - y.value[o]);
    size += std::abs(p[o]) * (std::abs(x.value[o]) + std::abs(y.value[o]));
    spread += std::abs(p[o]) * (x.remainder[o] + y.remainder[o]);
  }
  for (const Patch* patch : {&x, &y}) {
    for (std::size_t g = 0; g < patch->generators.size(); g += m) {
      double along = 0.0;
      for (std::size_t o = 0; o < m; ++o) {
        const double part = p[o] * patch->generators[g + o];
        along += part;
        size += std::abs(part);
      }
      spread += std::abs(along);
    }
  }
  const double rounding = gamma(static_cast<double>(4 * m + 16)) * size + underflow;
  return std::abs(difference) * (1.0 - problem_.margin) > (spread + rounding) * slack;
}

// Functionals go into proofs as single-precision numbers: the rounded one is the one that must separate.
bool BoundaryPairs::gap_along_rounded(Worker& worker, const Patch& x, const Patch& y) const {
  double largest = 0.0;
  for (const double entry : worker.candidate) largest = std::max(largest, std::abs(entry));
  if (!(largest > 0.0) || !std::isfinite(largest)) return false;
  const int exponent = -std::ilogb(largest);
  worker.direction.resize(worker.candidate.size());
  for (std::size_t o = 0; o < worker.candidate.size(); ++o) {
    worker.direction[o] = static_cast<double>(static_cast<float>(std::ldexp(worker.candidate[o], exponent)));
  }
  return gap_along(worker.direction.data(), x, y);
}

char BoundaryPairs::separated(Worker& worker, const Patch& x, const Patch& y) const {
  const std::size_t m = x.value.size();
  worker.candidate.resize(m);
  double* const p = worker.candidate.data();
  // Output o is stored times 2^e_o: the difference of the middles, as a functional of the outputs as they are.
  for (std::size_t o = 0; o < m; ++o) {
    const long e = root_->exponent(root_->neurons() + static_cast<int>(o));
    p[o] = std::ldexp(x.value[o] - y.value[o], static_cast<int>(-2 * e));
  }
  // Where the outputs differ much in size, this is rounding noise of the largest: another program's middles would not do.
  if (outputs_comparable_) {
    if (gap_along(p, x, y)) return 'm';
  } else {
    for (std::size_t o = 0; o < m; ++o) p[o] = x.value[o] - y.value[o];
    if (gap_along_rounded(worker, x, y)) return 'f';
  }
  if (m == 2) {
    // In the plane a zonotope is separated by a normal of one of its sides, if by anything.
    for (const Patch* patch : {&x, &y}) {
      for (std::size_t g = 0; g < patch->generators.size(); g += 2) {
        p[0] = -patch->generators[g + 1];
        p[1] = patch->generators[g];
        if (gap_along_rounded(worker, x, y)) return 'f';
      }
    }
    return 0;
  }
  for (std::size_t o = 0; o < m; ++o) p[o] = x.value[o] - y.value[o];
  // Iteratively reweighted least squares towards the functional with the smallest spread for a given difference.
  worker.matrix.resize(m * (m + 1));
  for (int iteration = 0; iteration < 4; ++iteration) {
    std::vector<double>& a = worker.matrix;
    std::fill(a.begin(), a.end(), 0.0);
    for (const Patch* patch : {&x, &y}) {
      for (std::size_t g = 0; g < patch->generators.size(); g += m) {
        const double* const generator = patch->generators.data() + g;
        double along = 0.0;
        double length = 0.0;
        for (std::size_t o = 0; o < m; ++o) {
          along += p[o] * generator[o];
          length += std::abs(p[o] * generator[o]);
        }
        const double weight = iteration == 0 ? 1.0 : 1.0 / (std::abs(along) + 1e-3 * length + 1e-300);
        for (std::size_t o = 0; o < m; ++o) {
          for (std::size_t q = 0; q < m; ++q) a[o * (m + 1) + q] += weight * generator[o] * generator[q];
        }
      }
    }
    for (std::size_t o = 0; o < m; ++o) {
      const double r = x.remainder[o] + y.remainder[o];
      a[o * (m + 1) + o] += (iteration == 0 ? r * r : r / (std::abs(p[o]) + 1e-12)) + 1e-12 * a[o * (m + 1) + o] + 1e-300;
      a[o * (m + 1) + m] = x.value[o] - y.value[o];
    }
    // Gaussian elimination without pivoting: the matrix is positive definite up to rounding.
    for (std::size_t c = 0; c < m; ++c) {
      const double pivot = a[c * (m + 1) + c];
      for (std::size_t o = c + 1; o < m; ++o) {
        const double factor = a[o * (m + 1) + c] / pivot;
        for (std::size_t q = c; q <= m; ++q) a[o * (m + 1) + q] -= factor * a[c * (m + 1) + q];
      }
    }
    for (std::size_t c = m; c-- > 0;) {
      double sum = a[c * (m + 1) + m];
      for (std::size_t q = c + 1; q < m; ++q) sum -= a[c * (m + 1) + q] * p[q];
      p[c] = sum / a[c * (m + 1) + c];
    }
    if (gap_along_rounded(worker, x, y)) return 'f';
  }
  return 0;
}

std::vector<double> BoundaryPairs::functional_of(const Worker& worker, char settled) const {
  if (settled != 'f') return {};
  std::vector<double> functional = worker.direction;
  for (std::size_t o = 0; o < functional.size(); ++o) {
    functional[o] = std::ldexp(functional[o], static_cast<int>(root_->exponent(root_->neurons() + static_cast<int>(o))));
  }
  return functional;
}

bool BoundaryPairs::secant(Worker& worker, Pair& pair, const Patch& x, const Patch& y) {
  const RegionNetwork& net = *pair.network;
  const std::size_t k = at(net.neurons());
  worker.bounder.enclose(net, x.box);
  worker.lower.resize(k);
  worker.upper.resize(k);
  for (std::size_t p = 0; p < k; ++p) {
    worker.lower[p] = worker.bounder.lower(static_cast<int>(p));
    worker.upper[p] = worker.bounder.upper(static_cast<int>(p));
  }
  worker.bounder.enclose(net, y.box);
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
  if (worker.test.run(worker.slopes, slope_node_budget).sign != 0) return true;
  if (undecided * 10 <= k * 7 && net.weight_error() < 1e-10) pair.network = worker.bounder.restrict(net, phase);
  return false;
}

void BoundaryPairs::work() {
  Worker worker(problem_.margin);
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (control_.should_stop()) {
      over_ = true;
      if (result_ != Result::collision) result_ = Result::stopped;
      break;
    }
    if (stack_.empty()) {
      if (working_ == 0) {
        over_ = true;
        break;
      }
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    if (++pairs_ > most_pairs_) {
      over_ = true;
      if (result_ != Result::collision) result_ = Result::unresolved;
      break;
    }
    Pair pair = std::move(stack_.back());
    stack_.pop_back();
    ++working_;
    control_.open.store(stack_.size(), std::memory_order_relaxed);
    lock.unlock();

    control_.pairs.fetch_add(1, std::memory_order_relaxed);
    const Patch& x = patch(pair.x);
    const Patch& y = patch(pair.y);
    char settled = 0;
    bool collision = false;
    bool stuck = false;
    if (pair.x == pair.y) {
      if (x.injective) settled = 'i';
    } else {
      settled = separated(worker, x, y);
      if (settled == 0 && distance(x.box, y.box) <= 2.0 * std::max(x.width, y.width) && secant(worker, pair, x, y)) {
        settled = 't';
      }
    }
    const double width = std::max(x.width, y.width);
    // Far pairs are asked early, near ones only when they are tiny; and again after every eightfold shrinking.
    const double apart = distance(x.box, y.box);
    if (settled == 0 && apart > 0.0 && width < 0.05 * radius_ && width < 0.5 * apart &&
        (pair.asked == 0.0 || width < 0.125 * pair.asked)) {
      pair.asked = width;
      collision = find_far_pair(problem_, *root_, incumbent_, x.box, y.box);
    }
    std::vector<Pair> children;
    char how = 'd';
    if (settled == 0 && !collision) {
      if (width < radius_ * 0x1p-36) {
        stuck = true;
      } else if (pair.x == pair.y) {
        split_patch(worker, pair.x);
        const auto [a, b] = x.children;
        stuck = a < 0;
        children = {{a, b, 0, pair.network, 0.0}, {a, a, 0, pair.network, 0.0}, {b, b, 0, pair.network, 0.0}};
      } else {
        const bool first = x.image >= y.image;
        how = first ? 'x' : 'y';
        split_patch(worker, first ? pair.x : pair.y);
        for (const int half : patch(first ? pair.x : pair.y).children) {
          stuck = stuck || half < 0;
          children.push_back({first ? half : pair.x, first ? pair.y : half, 0, pair.network, pair.asked});
        }
      }
    }

    lock.lock();
    --working_;
    if (settled != 0) {
      control_.emit([&](Observer& observer) { observer.pair_leaf(pair.id, settled, functional_of(worker, settled)); });
    } else if (collision) {
      over_ = true;
      result_ = Result::collision;
    } else if (stuck && result_ != Result::collision) {
      result_ = Result::unresolved;  // the other pairs may still show a collision
      Box hull = x.box;
      for (std::size_t i = 0; i < hull.lower.size(); ++i) {
        hull.lower[i] = std::min(hull.lower[i], y.box.lower[i]);
        hull.upper[i] = std::max(hull.upper[i], y.box.upper[i]);
      }
      resisting_ = std::move(hull);
    } else {
      control_.emit([&](Observer& observer) { observer.pair_split(pair.id, how, next_id_); });
      for (Pair& child : children) {
        child.id = next_id_++;
        stack_.push_back(std::move(child));
      }
    }
    changed_.notify_all();
  }
  changed_.notify_all();
}

BoundaryPairs::Result BoundaryPairs::run(double radius, std::uint64_t most_pairs) {
  radius_ = radius;
  most_pairs_ = most_pairs;
  pairs_ = 0;
  resisting_.reset();
  patches_.clear();
  stack_.clear();
  working_ = 0;
  over_ = false;
  result_ = Result::injective;
  Worker worker(problem_.margin);
  const Box ball = problem_.root(radius);
  std::vector<int> faces;
  for (std::size_t i = 0; i < ball.lower.size(); ++i) {
    for (const bool low : {true, false}) {
      Box face = ball;
      (low ? face.upper : face.lower)[i] = low ? ball.lower[i] : ball.upper[i];
      faces.push_back(add_patch(worker, std::move(face), root_, true));
    }
  }
  next_id_ = 0;
  control_.emit([&](Observer& observer) { observer.boundary(radius, static_cast<int>(faces.size())); });
  for (std::size_t a = 0; a < faces.size(); ++a) {
    for (std::size_t b = a; b < faces.size(); ++b) stack_.push_back({faces[a], faces[b], next_id_++, root_, 0.0});
  }
  run_workers(control_, changed_, [this] { work(); });
  return result_;
}

}  // namespace foldproof
