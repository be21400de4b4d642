// Boxes that cover a ball, nearest to the centre first, worked on by all threads of a run.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "search/dispatch.h"
#include "search/incumbent.h"
#include "search/node.h"
#include "search/node_part.h"

namespace foldproof {

/// Derived classes say what happens to one box. The nodes' boxes always cover the box of the first one, because a split
/// stores the same double in both halves, and a node is dropped only when it is settled or does not meet B(target).
template <class Worker>
class BestFirst : public Divisible {
 public:
  /// Until the ball of radius incumbent.target() is covered, nothing is left but boxes narrower than `resolution`, or
  /// the run must stop. May be called again after the incumbent improved, or with a finer resolution: narrow boxes are
  /// taken up again then.
  void run(double resolution) {
    if (resolution < resolution_) {
      for (Node& node : narrow_) queue_.push(std::move(node));
      narrow_.clear();
      narrow_distance_ = std::numeric_limits<double>::infinity();
    }
    resolution_ = resolution;
    const auto local = [this] { work(); };
    if (dispatch_ != nullptr) {
      run_workers(control_, changed_, local, [this] { dispatch_->run(*this); }, [this] { dispatch_->wake(); });
    } else {
      run_workers(control_, changed_, local);
    }
    // Narrow boxes may lie beyond the target by now.
    std::erase_if(narrow_, [&](const Node& node) { return node.distance >= incumbent_.target(); });
    control_.local_lower = lower();
  }

  /// At a worker: these nodes, the youngest first, until `budget` of them were tested.
  void run_part(std::vector<Node> nodes, double resolution, std::uint64_t budget) {
    queue_ = NodeQueue(Later::of_part(incumbent_.target()));
    for (Node& node : nodes) queue_.push(std::move(node));
    budget_ = budget;
    resolution_ = resolution;
    work();
  }
  const NodeQueue& open() const { return queue_; }
  const std::vector<Node>& narrow() const { return narrow_; }

  /// All of the ball of this radius is settled: the distance of the nearest open or narrow box, at most the target.
  double lower() const {
    const std::lock_guard lock(mutex_);
    double result = incumbent_.target();
    if (!queue_.empty()) result = std::min(result, queue_.top().distance);
    for (const double distance : in_work_) result = std::min(result, distance);
    for (const Node& node : narrow_) result = std::min(result, node.distance);
    return result;
  }

  /// A box too narrow to go on with that lies nearer than the target; nothing if all is covered.
  std::optional<Box> resisting() const {
    if (narrow_.empty()) return std::nullopt;
    return std::min_element(narrow_.begin(), narrow_.end(),
                            [](const Node& a, const Node& b) { return a.distance < b.distance; })
        ->box;
  }

 protected:
  enum class Outcome { settled, split, narrow };

  /// `root` is the network that every box may be asked of. With a dispatch, run() hands out nodes; the derived class
  /// has a kind() then that workers know.
  BestFirst(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control,
            Dispatch* dispatch)
      : problem_(problem), root_(std::move(root)), incumbent_(incumbent), control_(control), dispatch_(dispatch) {}

  virtual Worker make_worker() const = 0;
  /// Settles the node (and tells the observer), or says where it is to be cut, its halves being children[].
  virtual Outcome process(Worker& worker, Node& node, Node children[2], int& axis, double& where) = 0;

  void push(Node node) { queue_.push(std::move(node)); }

  char kind() const override { return ' '; }

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Incumbent& incumbent_;
  Control& control_;
  double resolution_ = 0;

 private:
  std::mutex& mutex() const override { return mutex_; }
  std::condition_variable& changed() override { return changed_; }
  std::size_t waiting() const override { return nothing_waits() ? 0 : queue_.size(); }
  bool over() const override { return nothing_waits() && in_work_.empty(); }
  std::unique_ptr<Part> take(std::size_t count) override {
    auto part = take_nodes(queue_, count);
    part->payload.number(resolution_);
    in_work_.push_back(part->distance);
    control_.local_lower.store(std::min(narrow_distance_, *std::min_element(in_work_.begin(), in_work_.end())),
                               std::memory_order_relaxed);
    return part;
  }
  void give_back(Part& part) override {
    in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
    for (Node& node : static_cast<NodePart&>(part).nodes) queue_.push(std::move(node));
  }
  bool merge(Part& part, ByteReader& in, const PartReport& report) override {
    NodeReply reply =
        read_reply(in, static_cast<NodePart&>(part), report.part, problem_, incumbent_.target(), root_, control_);
    in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
    for (Node& node : reply.open) queue_.push(std::move(node));
    // Within a smaller ball than the worker knew, a box that was too narrow to go on with may be no difficulty.
    if (incumbent_.target() < part.target) {
      for (Node& node : reply.narrow) queue_.push(std::move(node));
      reply.narrow.clear();
    }
    for (Node& node : reply.narrow) {
      narrow_distance_ = std::min(narrow_distance_, node.distance);
      narrow_.push_back(std::move(node));
    }
    control_.regions.fetch_add(report.nodes, std::memory_order_relaxed);
    control_.open.store(queue_.size(), std::memory_order_relaxed);
    return true;
  }

  // A part takes its youngest node first: some of the others may matter.
  bool nothing_waits() const {
    return queue_.empty() || (budget_ == unlimited && queue_.top().distance >= incumbent_.target());
  }

  void work() {
    Worker worker = make_worker();
    std::unique_lock lock(mutex_);
    while (!control_.should_stop()) {
      if (nothing_waits()) {
        if (in_work_.empty()) break;
        changed_.wait_for(lock, Control::patience);
        continue;
      }
      if (dispatch_ != nullptr && dispatch_->occupied()) {
        changed_.wait_for(lock, Control::patience);
        continue;
      }
      if (budget_ == 0) break;
      if (budget_ != unlimited) --budget_;
      Node node = queue_.top();
      queue_.pop();
      const double distance = node.distance;
      in_work_.push_back(distance);
      control_.local_lower.store(std::min(narrow_distance_, *std::min_element(in_work_.begin(), in_work_.end())),
                                 std::memory_order_relaxed);
      control_.open.store(queue_.size(), std::memory_order_relaxed);
      lock.unlock();

      Node children[2];
      int axis = 0;
      double where = 0.0;
      const Outcome outcome = process(worker, node, children, axis, where);
      control_.regions.fetch_add(1, std::memory_order_relaxed);

      lock.lock();
      in_work_.erase(std::find(in_work_.begin(), in_work_.end(), distance));
      if (outcome == Outcome::split) {
        const std::uint64_t first_child = control_.new_ids(2);
        control_.emit([&](Observer& observer) { observer.split(node.id, axis, where, first_child); });
        for (int h = 0; h < 2; ++h) {
          children[h].id = first_child + static_cast<std::uint64_t>(h);
          queue_.push(std::move(children[h]));
        }
      } else if (outcome == Outcome::narrow) {
        narrow_distance_ = std::min(narrow_distance_, distance);
        narrow_.push_back(std::move(node));
      }
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  Dispatch* const dispatch_;
  std::uint64_t budget_ = unlimited;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  NodeQueue queue_;
  std::vector<double> in_work_;  // distances of the nodes being processed
  std::vector<Node> narrow_;
  double narrow_distance_ = std::numeric_limits<double>::infinity();  // at least as near as the nearest of them
};

}  // namespace foldproof
