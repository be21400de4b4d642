// Problem 1 from start to end: the bracket, its proof obligations in order, and why it stopped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "question/problem.h"
#include "search/control.h"
#include "search/incumbent.h"

namespace foldproof {

struct RadiusResult {
  double lower = 0.0;  ///< f is injective on B(lower) n D, proved
  /// how, if lower > 0: "whole" (one cube), "monotone", "sign" (n = 1), "boundary" (a cover and the pairs asked last),
  /// "pairs" (of the whole ball), "equal" (Problem 3: equal outputs of A make equal ones of B); Problem 2: "points", or
  /// "whole" (one secant test)
  std::string lower_by;
  double sign_lower = 0.0;   ///< one determinant sign on B(sign_lower) n D, proved by the local cover
  double local_lower = 0.0;  ///< the larger of both
  bool closed = false;       ///< lower reaches the target: the bracket is within the gap
  bool zero = false;         ///< r* = 0
  std::optional<Collision> collision;
  std::string kind;              ///< of the collision: fold, flat, branch, collision; Problem 2: preimage, flat
  Rational scale;                ///< r* = 0: the pair may be scaled by any factor in (0, scale]
  std::optional<Box> resisting;  ///< what keeps the bracket open, relative to the centre
};

RadiusResult search_radius(const Problem& problem, Control& control);

/// Fills in what follows from lower, sign_lower and the incumbent.
void conclude(RadiusResult& result, const Incumbent& incumbent, Control& control);

}  // namespace foldproof
