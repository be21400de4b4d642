// Has J(s) full column rank for every slope s in the cube? For maps to more outputs than inputs, too.
#pragma once

#include <vector>

#include "slope/cube_test.h"

namespace foldproof {

class RankTest {
 public:
  explicit RankTest(double margin = 0.0) : cube_(margin) {}

  /// True only if those columns of J(s) (empty: all) are independent for all slopes of the cube, proved; never if there
  /// are fewer outputs than columns.
  bool run(const SlopeMatrices& matrices, const std::vector<int>& columns, int node_budget);

  /// After a run that did not prove, for no fewer outputs than columns: how much each undecided neuron matters (>= 0).
  const std::vector<double>& influence() const { return cube_.influence(); }

 private:
  bool compress(const SlopeMatrices& from, double noise);

  CubeTest cube_;
  SlopeMatrices chosen_, square_;
  std::vector<double> weighted_;
};

}  // namespace foldproof
