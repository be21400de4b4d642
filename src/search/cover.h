// The local part: boxes that cover the ball, each with one proved determinant sign (MATHEMATICS 4.2, 9).
#pragma once

#include <memory>
#include <vector>

#include "search/best_first.h"
#include "slope/cube_test.h"

namespace foldproof {

struct CoverWorker {
  explicit CoverWorker(double margin) : test(margin) {}
  Bounder bounder;
  CubeTest test;
  SlopeMatrices slopes;
  std::vector<double> score;
};

/// lower(): det J has the sign incumbent.sign() on every full-dimensional cell that meets the interior of the ball of
/// this radius.
class Cover : public BestFirst<CoverWorker> {
 public:
  /// With a dispatch (may be null), parts of it are covered elsewhere.
  Cover(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control,
        Dispatch* dispatch);

  /// The box around the whole ball; run() covers it.
  void begin();

  void run(double resolution);

 private:
  char kind() const override { return 'l'; }
  CoverWorker make_worker() const override { return CoverWorker(problem_.margin); }
  Outcome process(CoverWorker& worker, Node& node, Node children[2], int& axis, double& where) override;
};

}  // namespace foldproof
