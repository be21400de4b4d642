// Is some value reached on a box, and if so, can it be reached at one known point only?
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "question/preimage.h"
#include "search/separation.h"
#include "slope/rank_test.h"

namespace foldproof {

/// A value of f, as an image in the outputs of region networks.
Image target_of(const RegionNetwork& root, const std::vector<Rational>& value);

/// The pre-activations at a point, enclosed in doubles, one interval per neuron of the network; scaled as region
/// networks scale them.
struct PointPhases {
  std::vector<double> lower, upper;
  std::vector<bool> zero;  // exactly
};
PointPhases phases_at(const Network& network, const RegionNetwork& root, const std::vector<Rational>& x);

class PointTest {
 public:
  PointTest(const RegionNetwork& root, double margin) : separation_(root, margin), test_(margin) {}

  /// All that follows is about this box, on which `net` holds.
  void enclose(const RegionNetwork& net, const Box& box);
  const Bounder& bounder() const { return bounder_; }
  Bounder& bounder() { return bounder_; }
  const Image& image() const { return image_; }

  /// The line of a leaf `v` or `f` that tells the value from all f(u) of the box; empty if none was found.
  std::string apart(const Image& image, const Image& target);
  std::string apart(const Image& target) { return apart(image_, target); }
  /// J(s) has full column rank for all slopes between points of the box and the point. @pre `net` holds at the point
  /// too.
  bool secant(const RegionNetwork& net, const PointPhases& point);
  /// After secant(): the network on the box and at the point, with what is decided on both; `net` itself if that is
  /// little.
  std::shared_ptr<const RegionNetwork> joint(const std::shared_ptr<const RegionNetwork>& net);
  /// J(s) has full column rank for all slopes between points of the box: at most one preimage lies in it.
  bool injective(const RegionNetwork& net);
  /// Where to cut after a test of slopes that failed.
  int axis(const Box& box);

 private:
  bool full_rank();

  Separation separation_;
  RankTest test_;
  Bounder bounder_;
  Image image_;
  SlopeMatrices slopes_;
  std::vector<SlopeRange> range_;
  std::vector<double> influence_, score_;
};

}  // namespace foldproof
