// Problem 3: do equal outputs of A make equal outputs of B, for reasons that can be read off the two networks?
#pragma once

#include "question/problem.h"

namespace foldproof {

class EqualOutputs {
 public:
  /// The joint network of A and B, and the same as a region network.
  EqualOutputs(const Problem& joint, const RegionNetwork& root) : problem_(joint), root_(root) {}

  /// True only if A(x) = A(y) implies B(x) = B(y) for all x in X, y in Y: the test `e` of docs/certificate.md, 4.7.
  bool holds(const Box& x, const Box& y) const;

 private:
  const Problem& problem_;
  const RegionNetwork& root_;
};

}  // namespace foldproof
