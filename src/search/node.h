// An open box of a cover, and the order in which covers take them.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

struct Node {
  Box box;
  double distance;  // of the box to the centre, in the norm of the question
  std::uint64_t id;
  std::shared_ptr<const RegionNetwork> network;          // valid on the box
  std::shared_ptr<const RegionNetwork> joint = nullptr;  // Problem 2: valid on the box and at the centre
  std::uint64_t from = 0;                                // the part of the search in whose reply it came, if it did
};

/// Best-first by distance to the centre; the older one on a tie, so that one thread always takes the same order. With
/// bands the distances within one are equal, and the youngest comes first: a part of a cover goes outward as the whole
/// does, and yet box by box, so that little of it is left when its budget is used up.
struct Later {
  double band = 0.0;
  bool operator()(const Node& a, const Node& b) const {
    if (band > 0.0) {
      const double da = std::floor(a.distance / band), db = std::floor(b.distance / band);
      return da != db ? da > db : a.id < b.id;
    }
    return a.distance != b.distance ? a.distance > b.distance : a.id > b.id;
  }
  /// Bands for a part of the cover of a ball of this radius.
  static Later of_part(double radius) { return {radius * 0x1p-6}; }
};

using NodeQueue = std::priority_queue<Node, std::vector<Node>, Later>;

}  // namespace foldproof
