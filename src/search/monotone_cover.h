// The global part by one preconditioner: boxes that cover the ball, on each of which sym(M J) > 0 (MATHEMATICS 5.1).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "question/problem.h"
#include "search/control.h"
#include "search/dispatch.h"
#include "search/node.h"
#include "slope/monotone_test.h"

namespace foldproof {

class MonotoneCover : public Divisible {
 public:
  /// With a dispatch (may be null), parts of it are covered elsewhere.
  MonotoneCover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Control& control,
                Dispatch* dispatch);

  /// Chooses M by a short trial on sampled Jacobians of the ball of this radius.
  /// False if no candidate is positive even at the centre.
  bool choose_preconditioner(double radius);

  /// Best-first by distance to the centre until B(radius) n D is covered, a box narrower than `resolution` fails, or
  /// `most_boxes` were tested.
  /// Returns a radius on whose ball (cut by D) f is injective, proved; also when the run had to stop.
  double run(double radius, double resolution, std::uint64_t most_boxes);

  /// At a worker: the part of a payload, after its nodes. Writes what its merging reads.
  void run_part(std::vector<Node> nodes, ByteReader& in, std::uint64_t budget, ByteWriter& out);
  const NodeQueue& open() const { return queue_; }

 private:
  struct Worker {
    explicit Worker(double margin) : test(margin) {}
    Bounder bounder;
    MonotoneTest test;
    SlopeMatrices slopes;
    std::vector<double> score;
  };
  double nearest_open() const;
  bool nothing_waits() const;
  void work();

  std::mutex& mutex() const override { return mutex_; }
  std::condition_variable& changed() override { return changed_; }
  char kind() const override { return 'm'; }
  std::size_t waiting() const override;
  bool over() const override;
  std::unique_ptr<Part> take(std::size_t count) override;
  void give_back(Part& part) override;
  bool merge(Part& part, ByteReader& in, const PartReport& report) override;

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Control& control_;
  std::vector<double> m_;
  Dispatch* const dispatch_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  NodeQueue queue_;
  std::vector<double> in_work_;
  double radius_ = 0, resolution_ = 0, failed_at_ = 0;
  std::uint64_t boxes_ = 0, most_boxes_ = 0;
  bool part_ = false;  // at a worker
};

}  // namespace foldproof
