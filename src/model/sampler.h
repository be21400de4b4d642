// f, its Jacobian and determinant at the many points of a picture, in plain doubles.
//
// Fast on wide networks: every active source adds its share to all its targets, which lie side by side, and sources
// that are off cost nothing. No claim rests on these numbers.
#pragma once

#include <cstddef>
#include <vector>

#include "model/network.h"

namespace foldproof {

class Sampler {
 public:
  explicit Sampler(const Network& network);

  std::size_t inputs() const { return inputs_; }
  std::vector<double> value(const std::vector<double>& x) const;
  /// Row-major m x n, of the piece that contains x; on a hinge, of the inactive side.
  std::vector<double> jacobian(const std::vector<double>& x) const;
  /// @pre square
  double determinant(const std::vector<double>& x) const;

  /// How many evaluations fit into this share of the time a picture may take.
  int values_within(double share) const;
  int determinants_within(double share) const;

 private:
  /// Consecutive targets of one source.
  struct Run {
    std::size_t source, first_target, weights, count;
  };
  void propagate(const std::vector<double>& x, std::size_t components) const;

  std::size_t inputs_, neurons_, targets_;
  std::vector<Run> runs_;               // by source
  std::vector<std::size_t> first_run_;  // of each source, and one past the last
  std::vector<double> weights_;
  std::vector<double> constants_;     // of each target: neurons, then outputs
  mutable std::vector<double> sums_;  // components x targets: value, then one derivative per input
};

}  // namespace foldproof
