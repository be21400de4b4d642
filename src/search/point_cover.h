// Problem 2: the ball around the centre in which no other point has the centre's image (MATHEMATICS 7.1).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "search/best_first.h"
#include "search/point_test.h"
#include "search/preimage_finder.h"

namespace foldproof {

struct PseudoResult {
  double lower = 0.0;  ///< c is the only preimage of f(c) in B(lower) n D, proved
  bool closed = false;
  bool zero = false;                   ///< R = 0
  std::optional<Collision> collision;  ///< x is the centre
  std::string kind;                    ///< of the collision: preimage, flat
  Rational scale;                      ///< R = 0: y may be drawn in to the centre by any factor in (0, scale]
  std::optional<Box> resisting;        ///< what keeps the bracket open, relative to the centre
};

/// @throws std::runtime_error where this process does not round to nearest.
PseudoResult search_pseudo(const Problem& problem, Control& control);

}  // namespace foldproof
