// All real solutions of f(x) = y for a polynomial map of the line or the plane, isolated and counted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dynamics/polynomial_map.h"
#include "dynamics/real_roots.h"

namespace foldproof {

struct PreimageOfMap {
  std::vector<Interval> box;  // holds this preimage and no other one
  int multiplicity = 1;       // as a solution of the equations (left when a curve is divided out)
  int sign = 0;               // of their Jacobian determinant there; 0 exactly if multiplicity > 1
};

struct PreimagesOfMap {
  std::vector<PreimageOfMap> points;  // all isolated ones in the box, sorted
  /// every real point of curve = 0 is a preimage too; its text, empty if there is no curve. The points then solve what
  /// is left when the common factor is divided out, and may lie on the curve.
  std::string curve;
  /// not empty: the equations resist, and `points` is not to be used
  std::string unresolved;
};

/// `box` has one closed interval per variable; empty: the whole space. @pre map.dimension() <= 2
PreimagesOfMap preimages_of_map(const PolynomialMap& map, const std::vector<Rational>& y,
                                const std::vector<Interval>& box);

}  // namespace foldproof
