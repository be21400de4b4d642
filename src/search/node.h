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

/// Best-first by distance to the centre, of boxes or of pairs of them; the older one on a tie, or the youngest. One
/// thread always takes the same order.
struct Later {
  bool youngest_first = false;
  double band = 0.0;  // distances within one are equal

  template <class Open>
  bool operator()(const Open& a, const Open& b) const {
    const double da = band > 0.0 ? std::floor(a.distance / band) : a.distance;
    const double db = band > 0.0 ? std::floor(b.distance / band) : b.distance;
    if (da != db) return da > db;
    return youngest_first ? a.id < b.id : a.id > b.id;
  }

  /// For a part of the search of a ball of this radius: it goes outward as the whole does, and yet one by one, so that
  /// little of it is left when its budget is used up.
  static Later of_part(double radius) { return {true, radius * 0x1p-6}; }
};

using NodeQueue = std::priority_queue<Node, std::vector<Node>, Later>;

}  // namespace foldproof
