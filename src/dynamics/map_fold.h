// J0 of a polynomial map: where the determinant of its Jacobian is zero, on the line or in a box of the plane.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "dynamics/polynomial_map.h"
#include "dynamics/real_roots.h"

namespace foldproof {

struct FoldOfMap {
  Polynomial determinant;
  bool everywhere = false;  // the determinant is zero identically
  /// one variable: all zeros in the interval, each in an enclosure of its own, with its multiplicity
  std::vector<IsolatedRoot> points;
  /// two variables: the curve as polylines. Every vertex but those of straight lines x = c or y = c is a crossing with
  /// a grid line, isolated like the points, to the last digits of a double.
  std::vector<std::vector<std::array<double, 2>>> lines;
  std::size_t grid_lines = 0;  // lines on which the zeros were counted, completely
  std::size_t crossings = 0;   // the zeros on them inside the box
  std::size_t open_cells = 0;  // small cells in which a part of the curve may be missed or joined wrongly
};

/// @pre map.dimension() <= 2; box has one interval per variable; cells >= 2
FoldOfMap fold_of_map(const PolynomialMap& map, const std::vector<Interval>& box, int cells);

}  // namespace foldproof
