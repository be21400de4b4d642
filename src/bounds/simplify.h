// Presolve: what a network is on a box.
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

/// Numbers (of the network as read, ascending) of the neurons of `network` that are proved inactive on all of the box
/// (relative to the centre). merge_hinges(as_read, these) is then the same function on the box.
std::vector<int> inactive_on(const Network& network, const RegionNetwork& region, const Box& box);

}  // namespace foldproof
