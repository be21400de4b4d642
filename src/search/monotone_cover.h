// The global part by one preconditioner: boxes that cover the ball, on each of which sym(M J) > 0 (MATHEMATICS 5.1).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "question/problem.h"
#include "search/control.h"
#include "search/node.h"
#include "slope/monotone_test.h"

namespace foldproof {

class MonotoneCover {
 public:
  MonotoneCover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Control& control);

  /// Chooses M by a short trial on sampled Jacobians of the ball of this radius.
  /// False if no candidate is positive even at the centre.
  bool choose_preconditioner(double radius);

  /// Best-first by distance to the centre until B(radius) n D is covered, a box narrower than `resolution` fails, or
  /// `most_boxes` were tested.
  /// Returns a radius on whose ball (cut by D) f is injective, proved; also when the run had to stop.
  double run(double radius, double resolution, std::uint64_t most_boxes);

 private:
  struct Worker {
    explicit Worker(double margin) : test(margin) {}
    Bounder bounder;
    MonotoneTest test;
    SlopeMatrices slopes;
    std::vector<double> score;
  };
  double nearest_open() const;
  void work();

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Control& control_;
  std::vector<double> m_;
  std::mutex mutex_;
  std::condition_variable changed_;
  NodeQueue queue_;
  std::vector<double> in_work_;
  double radius_ = 0, resolution_ = 0, failed_at_ = 0;
  std::uint64_t boxes_ = 0, most_boxes_ = 0;
};

}  // namespace foldproof
