// Presolve: what a network is on a box.
#pragma once

#include <optional>

#include "bounds/region_network.h"

namespace foldproof {

/// The same function on the box (relative to the centre), without the neurons that are proved inactive on all of it;
/// hinges that become parallel by that are merged (MATHEMATICS 1.4). Exact. Nothing if no neuron is inactive there.
std::optional<Network> without_inactive(const Network& network, const RegionNetwork& region, const Box& box);

}  // namespace foldproof
