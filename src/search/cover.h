// The local part: boxes that cover the ball, each with one proved determinant sign (MATHEMATICS 4.2, 9).
#pragma once

#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "search/incumbent.h"
#include "search/node.h"
#include "slope/cube_test.h"

namespace foldproof {

class Cover {
 public:
  Cover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control);

  /// Best-first by distance to the centre, until the ball of radius incumbent.target() is covered, nothing is left but
  /// boxes narrower than `resolution`, or the run must stop. May be called again after the incumbent improved, or with
  /// a finer resolution: narrow boxes are taken up again then.
  void run(double resolution);

  /// det J has the sign incumbent.sign() on every full-dimensional cell that meets the interior of the ball of this
  /// radius: the distance of the nearest open or narrow box, at most the target.
  double lower() const;
  /// A box too narrow to go on with that lies nearer than the target; nothing if all is covered.
  std::optional<Box> resisting() const;

 private:
  struct Worker {
    explicit Worker(double margin) : test(margin) {}
    Bounder bounder;
    CubeTest test;
    SlopeMatrices slopes;
    std::vector<double> score;
  };
  enum class Outcome { settled, split, narrow };

  void work();
  Outcome process(Worker& worker, Node& node, Node children[2], int& axis, double& where);

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Incumbent& incumbent_;
  Control& control_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  NodeQueue queue_;
  std::vector<double> in_work_;  // distances of the nodes being processed
  std::vector<Node> narrow_;
  double narrow_distance_ = std::numeric_limits<double>::infinity();  // at least as near as the nearest of them
  double resolution_ = 0;
};

}  // namespace foldproof
