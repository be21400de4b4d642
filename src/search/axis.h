// Where to cut a box.
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

/// The axis along which the undecided neurons that matter most are spread most: cutting it decides them. `influence`
/// has one entry per entry of slopes.neuron; `score` is scratch. Measured: a mild preference for wide sides (power 0.2)
/// keeps a hinge parallel to an axis from being cut for ever.
int axis_of_influence(const Bounder& bounder, const SlopeMatrices& slopes, const std::vector<double>& influence,
                      const Box& box, std::vector<double>& score);

}  // namespace foldproof
