// Claim: f is injective on the ball whose radius run() returns.
// Proof sketch (MATHEMATICS 5.1): the ball is convex and covered by closed boxes with sym(M J(s)) > 0 for all slopes of
// each box and one M for all; along the segment from y to x, (x - y)^T M (f(x) - f(y)) is a sum of positive terms.
// No determinant signs, no boundary, any dimension: a cover of n dimensions where pairs need 2 (n - 1).
// Candidates for M: J(c)^{-1} and the inverse of the mean Jacobian, of the ball and of smaller ones; the one whose
// nearest sampled failure is farthest wins. None wins everywhere (5.3).
#include "search/monotone_cover.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "number/scalar.h"
#include "search/axis.h"
#include "search/node_part.h"

namespace foldproof {

namespace {

// While more boxes than this are open, new ones share the network of the whole ball: networks of their own would fill
// the memory, and make the tests little faster.
constexpr std::size_t most_networks = 4000;

std::vector<double> jacobian_at(const RegionNetwork& net, const std::vector<double>& u) {
  FloatPiece piece;
  net.piece_at(u, piece);
  const auto first = piece.gradient.begin() + static_cast<std::ptrdiff_t>(at(net.neurons()) * u.size());
  return {first, piece.gradient.end()};
}

// Inverse by Gauss-Jordan with partial pivoting; empty if singular.
std::vector<double> inverse_of(std::vector<double> a, std::size_t n) {
  std::vector<double> inverse(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1.0;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t best = c;
    for (std::size_t i = c + 1; i < n; ++i) {
      if (std::abs(a[i * n + c]) > std::abs(a[best * n + c])) best = i;
    }
    const double pivot = a[best * n + c];
    if (pivot == 0.0) return {};
    for (std::size_t j = 0; j < n; ++j) {
      std::swap(a[best * n + j], a[c * n + j]);
      std::swap(inverse[best * n + j], inverse[c * n + j]);
    }
    for (std::size_t j = 0; j < n; ++j) {
      a[c * n + j] /= pivot;
      inverse[c * n + j] /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (i == c) continue;
      const double factor = a[i * n + c];
      for (std::size_t j = 0; j < n; ++j) {
        a[i * n + j] -= factor * a[c * n + j];
        inverse[i * n + j] -= factor * inverse[c * n + j];
      }
    }
  }
  return inverse;
}

// The inverse, or for more rows (n columns) a left inverse (J^T J)^{-1} J^T; empty if there is none.
std::vector<double> left_inverse_of(const std::vector<double>& j, std::size_t n) {
  const std::size_t rows = j.size() / n;
  if (rows == n) return inverse_of(j, n);
  std::vector<double> square(n * n, 0.0);
  for (std::size_t q = 0; q < rows; ++q) {
    for (std::size_t r = 0; r < n; ++r) {
      for (std::size_t c = 0; c < n; ++c) square[r * n + c] += j[q * n + r] * j[q * n + c];
    }
  }
  const std::vector<double> inverse = inverse_of(square, n);
  if (inverse.empty()) return {};
  std::vector<double> result(n * rows, 0.0);
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t q = 0; q < rows; ++q) {
      for (std::size_t c = 0; c < n; ++c) result[r * rows + q] += inverse[r * n + c] * j[q * n + c];
    }
  }
  return result;
}

// sym(M J) > 0, in plain double.
bool positive(const std::vector<double>& m, const std::vector<double>& j, std::size_t n) {
  const std::size_t rows = j.size() / n;
  std::vector<double> a(n * n, 0.0);
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t q = 0; q < rows; ++q) {
      for (std::size_t c = 0; c < n; ++c) {
        a[r * n + c] += 0.5 * m[r * rows + q] * j[q * n + c];
        a[c * n + r] += 0.5 * m[r * rows + q] * j[q * n + c];
      }
    }
  }
  for (std::size_t c = 0; c < n; ++c) {
    if (!(a[c * n + c] > 0.0)) return false;
    for (std::size_t r = c + 1; r < n; ++r) {
      const double factor = a[r * n + c] / a[c * n + c];
      for (std::size_t q = c; q < n; ++q) a[r * n + q] -= factor * a[c * n + q];
    }
  }
  return true;
}

}  // namespace

MonotoneCover::MonotoneCover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Control& control,
                             Dispatch* dispatch)
    : problem_(problem), root_(std::move(root)), control_(control), dispatch_(dispatch) {}

bool MonotoneCover::choose_preconditioner(double radius) {
  const std::size_t n = at(root_->inputs());
  const Box ball = problem_.root(radius);
  std::mt19937_64 random(99);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  struct Sample {
    double distance;
    std::vector<double> jacobian;
  };
  std::vector<Sample> samples;
  for (int i = 0; i < 400; ++i) {
    // Radii spread evenly, so that small balls are sampled as well as large ones.
    const double scale = i == 0 ? 0.0 : static_cast<double>(i) / 399.0;
    std::vector<double> u(n);
    double distance = 0.0;
    for (std::size_t a = 0; a < n; ++a) {
      u[a] = scale * (ball.lower[a] + (ball.upper[a] - ball.lower[a]) * uniform(random));
    }
    const double size = norm_of(problem_.norm, u);
    const double drawn_in = size > scale * radius ? scale * radius / size : 1.0;
    for (double& entry : u) entry *= drawn_in;
    distance = size * drawn_in;
    samples.push_back({distance, jacobian_at(*root_, u)});
  }
  double best = 0.0;
  for (const double part : {0.0, 0.25, 0.5, 1.0}) {
    std::vector<double> mean(n * at(root_->outputs()), 0.0);
    double count = 0.0;
    for (const Sample& sample : samples) {
      if (sample.distance > part * radius && count > 0.0) continue;
      for (std::size_t e = 0; e < mean.size(); ++e) mean[e] += sample.jacobian[e];
      count += 1.0;
    }
    for (double& entry : mean) entry /= count;
    const std::vector<double> m = left_inverse_of(mean, n);
    if (m.empty()) continue;
    double nearest = infinity;
    for (const Sample& sample : samples) {
      if (sample.distance < nearest && !positive(m, sample.jacobian, n)) nearest = sample.distance;
    }
    if (nearest > best) {
      best = nearest;
      m_ = m;
    }
  }
  return best > 0.0;
}

double MonotoneCover::nearest_open() const {
  double result = std::min(radius_, failed_at_);
  if (!queue_.empty()) result = std::min(result, queue_.top().distance);
  for (const double distance : in_work_) result = std::min(result, distance);
  return result;
}

double MonotoneCover::run(double radius, double resolution, std::uint64_t most_boxes) {
  boxes_ = 0;
  most_boxes_ = most_boxes;
  radius_ = radius;
  resolution_ = resolution;
  failed_at_ = infinity;
  queue_ = {};
  Node node{problem_.root(radius), 0.0, control_.new_ids(1), root_};
  node.distance = node.box.distance(problem_.norm);
  control_.emit([&](Observer& observer) {
    observer.root(node.id, node.box, "monotone");
    std::vector<double> m = m_;  // the region network scales its outputs
    for (std::size_t e = 0; e < m.size(); ++e) {
      const int o = static_cast<int>(e) % root_->outputs();
      m[e] = std::ldexp(m[e], static_cast<int>(root_->exponent(root_->neurons() + o)));
    }
    observer.preconditioner(m);
  });
  queue_.push(std::move(node));
  const auto local = [this] { work(); };
  if (dispatch_ != nullptr) {
    run_workers(control_, changed_, local, [this] { dispatch_->run(*this); }, [this] { dispatch_->wake(); });
  } else {
    run_workers(control_, changed_, local);
  }
  const double proved = nearest_open();
  for (; !queue_.empty(); queue_.pop()) {
    control_.emit([&](Observer& observer) { observer.beyond(queue_.top().id, proved); });
  }
  return proved;
}

// At a worker (youngest first) some of the others may matter.
bool MonotoneCover::nothing_waits() const {
  return queue_.empty() || (!part_ && queue_.top().distance >= std::min(failed_at_, radius_));
}

std::size_t MonotoneCover::waiting() const { return nothing_waits() || boxes_ > most_boxes_ ? 0 : queue_.size(); }

bool MonotoneCover::over() const { return (nothing_waits() && in_work_.empty()) || boxes_ > most_boxes_; }

std::unique_ptr<Part> MonotoneCover::take(std::size_t count) {
  auto part = take_nodes(queue_, count);
  part->payload.numbers(m_);
  part->payload.number(radius_);
  part->payload.number(resolution_);
  part->payload.number(failed_at_);
  in_work_.push_back(part->distance);
  control_.lower = std::max(control_.lower.load(), *std::min_element(in_work_.begin(), in_work_.end()));
  return part;
}

void MonotoneCover::give_back(Part& part) {
  in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
  for (Node& node : static_cast<NodePart&>(part).nodes) queue_.push(std::move(node));
}

void MonotoneCover::run_part(std::vector<Node> nodes, ByteReader& in, std::uint64_t budget, ByteWriter& out) {
  m_ = in.numbers();
  if (m_.size() != at(root_->inputs()) * at(root_->outputs())) throw BadBytes();
  radius_ = in.number();
  resolution_ = in.number();
  failed_at_ = in.number();
  part_ = true;
  most_boxes_ = budget;
  queue_ = NodeQueue(Later::of_part(radius_));
  for (Node& node : nodes) queue_.push(std::move(node));
  work();
  out.number(failed_at_);
}

bool MonotoneCover::merge(Part& part, ByteReader& in, const PartReport& report) {
  const double failed_at = in.number();
  if (!(failed_at >= 0.0)) throw BadBytes();
  const double reach = std::min({failed_at, failed_at_, radius_});
  const NodeReply reply = read_reply(in, static_cast<NodePart&>(part), report.part, problem_, reach, root_, control_);
  in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
  failed_at_ = std::min(failed_at_, failed_at);
  for (const Node& node : reply.open) queue_.push(node);
  boxes_ += report.nodes;
  control_.regions.fetch_add(report.nodes, std::memory_order_relaxed);
  control_.open.store(queue_.size(), std::memory_order_relaxed);
  return true;
}

void MonotoneCover::work() {
  Worker worker(problem_.margin);
  worker.test.set_preconditioner(m_);
  std::unique_lock lock(mutex_);
  while (true) {
    if (control_.should_stop() || boxes_ > most_boxes_) break;
    if (nothing_waits()) {
      if (in_work_.empty()) break;
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    if (dispatch_ != nullptr && dispatch_->occupied()) {
      changed_.wait_for(lock, Control::patience);
      continue;
    }
    Node node = queue_.top();
    queue_.pop();
    if (part_ && node.distance >= std::min(failed_at_, radius_)) {
      control_.emit([&](Observer& observer) { observer.beyond(node.id, std::min(failed_at_, radius_)); });
      continue;
    }
    ++boxes_;
    in_work_.push_back(node.distance);
    const double proved = *std::min_element(in_work_.begin(), in_work_.end());
    if (proved > control_.lower.load(std::memory_order_relaxed)) control_.lower = proved;
    control_.open.store(queue_.size(), std::memory_order_relaxed);
    lock.unlock();

    control_.regions.fetch_add(1, std::memory_order_relaxed);
    const RegionNetwork& net = *node.network;
    worker.bounder.enclose(net, node.box);
    worker.bounder.slopes(net, worker.slopes);
    const bool proved_box = worker.test.run(worker.slopes, 12);
    int axis = 0;
    std::shared_ptr<const RegionNetwork> network = node.network;
    if (!proved_box) {
      axis = axis_of_influence(worker.bounder, worker.slopes, worker.test.influence(), node.box, worker.score);
      if (worker.bounder.unstable() * 10 <= net.neurons() * 8) {
        network = worker.bounder.restrict_again(*root_, net, node.box);
      }
    }

    lock.lock();
    if (queue_.size() > most_networks) network = root_;
    in_work_.erase(std::find(in_work_.begin(), in_work_.end(), node.distance));
    if (proved_box) {
      control_.emit([&](Observer& observer) { observer.leaf(node.id, node.box, "monotone", 0, radius_, "l"); });
    } else if (node.box.width(axis) < resolution_) {
      failed_at_ = std::min(failed_at_, node.distance);
      control_.emit([&](Observer& observer) { observer.beyond(node.id, node.distance); });
    } else {
      const double where = 0.5 * node.box.lower[at(axis)] + 0.5 * node.box.upper[at(axis)];
      const std::uint64_t first_child = control_.new_ids(2);
      control_.emit([&](Observer& observer) { observer.split(node.id, axis, where, first_child); });
      for (int h = 0; h < 2; ++h) {
        Node child{node.box, 0.0, first_child + static_cast<std::uint64_t>(h), network};
        (h == 0 ? child.box.upper : child.box.lower)[at(axis)] = where;
        child.distance = child.box.distance(problem_.norm);
        queue_.push(std::move(child));
      }
    }
    changed_.notify_all();
  }
  changed_.notify_all();
}

}  // namespace foldproof
