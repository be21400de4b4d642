// The local part: boxes that cover the ball, each with one proved determinant sign (MATHEMATICS 4.2, 9).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <queue>
#include <vector>

#include "search/incumbent.h"
#include "slope/cube_test.h"

namespace foldproof {

/// A box whose sign no test could prove, although it is as small as is useful.
struct StalledBox {
  Box box;
  double distance;
};

class Cover {
 public:
  Cover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control);

  /// Best-first by distance to the centre, until the ball of radius incumbent.target() is covered, nothing is
  /// left but stalled boxes, or the run must stop. May be called again after the incumbent improved.
  void run();

  /// det J has the sign incumbent.sign() on every full-dimensional cell that meets the ball of this radius: the
  /// distance of the nearest open or stalled box, at most the target.
  double lower() const;
  const std::vector<StalledBox>& stalled() const { return stalled_; }

 private:
  struct Node {
    Box box;
    double distance;
    std::uint64_t id;
    std::shared_ptr<const RegionNetwork> network;
  };
  struct Later {
    bool operator()(const Node& a, const Node& b) const {
      return a.distance != b.distance ? a.distance > b.distance : a.id > b.id;
    }
  };
  struct Worker {
    Bounder bounder;
    CubeTest test;
    SlopeMatrices slopes;
    std::vector<double> score;
  };
  enum class Outcome { settled, split, stalled };

  void work();
  Outcome process(Worker& worker, Node& node, Node children[2], int& axis, double& where);
  int choose_axis(Worker& worker, const Box& box) const;

  const Problem& problem_;
  Incumbent& incumbent_;
  Control& control_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Node, std::vector<Node>, Later> queue_;
  std::vector<double> in_work_;  // distances of the nodes being processed
  std::vector<StalledBox> stalled_;
  std::uint64_t next_id_ = 1;
  double smallest_width_;
};

}  // namespace foldproof
