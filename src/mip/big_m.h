// Bounds of every row of a network over a ball, from which the big-M constants of its ReLUs come. In plain double.
#pragma once

#include <functional>
#include <vector>

#include "mip/ball.h"

namespace foldproof {

/// interval: interval arithmetic, as published. lp: bounds of undecided neurons tightened one after the other by two
/// linear programs each, over the triangle relaxation of the neurons before them (Tjeng, Xiao, Tedrake 2019).
enum class BigM { interval, lp };

struct RowBounds {
  std::vector<std::pair<double, double>> neurons, outputs;  // pre-activations, outputs
};

/// `should_stop` is asked between linear programs; once it is true the rest stays as interval arithmetic gives it.
RowBounds row_bounds(const FloatNetwork& network, const FloatBall& ball, double radius, BigM how,
                     const std::function<bool()>& should_stop);

}  // namespace foldproof
