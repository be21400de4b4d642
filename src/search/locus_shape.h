// J0 as points, polylines or a surface, put together from the cells of many boxes.
#pragma once

#include <array>
#include <vector>

#include "search/cell_complex.h"

namespace foldproof {

struct LocusShape {
  std::vector<ExactPoint> points;  ///< all vertices, in lexicographic order of their coordinates
  /// n = 1: single points; n = 2: from vertex to vertex, closed where the last is the first. Between cells of opposite
  /// signs.
  std::vector<std::vector<int>> lines;
  /// n = 3, between cells of opposite signs: the corners are counterclockwise as seen from the positive side.
  std::vector<std::array<int, 3>> triangles;
  /// Where det J is 0: intervals (n = 1), convex polygons (n = 2), convex polygons of the boundary of such cells (n =
  /// 3).
  std::vector<std::vector<int>> flats;
};

/// @pre every box's `cells` agree on patterns: all are of one network and one centre. 1 <= n <= 3
LocusShape shape_of(int n, const std::vector<LocusCells>& boxes);

}  // namespace foldproof
