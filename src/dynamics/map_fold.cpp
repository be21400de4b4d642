// In the plane: the zero set of D, the product of the distinct factors of det J, is cut by the lines of a grid.
//
// Claim: on every grid line all zeros of D are found (real_roots.h), so every crossing of the curve with the grid is
// known. A zero of even multiplicity on a line only touches it and is left out; the others are the places where D
// changes sign along the line, so there is an even number of them around each cell. Two of them are joined. A cell with
// more is cut in four, a few times; what is left is joined so that the sign of D at its middle is respected.
// Between crossings the curve is drawn straight: a loop inside one cell, which crosses no line, is not seen.
//
// Grid lines inside the box are shifted by a part of a cell so that no corner of the grid lies on the curve. A grid
// line on which D vanishes is a factor of D: it is drawn and divided out.
#include "dynamics/map_fold.h"

#include <algorithm>
#include <map>
#include <optional>

namespace foldproof {

namespace {

constexpr slong kPrecision = 64;
constexpr int kDeepest = 6;  // halvings of a cell with many crossings
constexpr int kMostShifts = 16;

using Vertex = std::array<double, 2>;

/// A crossing: the line (axis, coordinate) and the number of the zero on it.
struct Crossing {
  int axis;  // the coordinate that the line keeps
  Rational at;
  std::size_t zero;
  friend bool operator<(const Crossing& a, const Crossing& b) {
    return std::tie(a.axis, a.at, a.zero) < std::tie(b.axis, b.at, b.zero);
  }
};

class Tracer {
 public:
  Tracer(const std::vector<Interval>& box, FoldOfMap& result) : box_(box), result_(result) {}

  void trace(const Polynomial& determinant, int cells) {
    Polynomial f = radical(determinant);
    std::array<std::vector<Rational>, 2> grid;
    for (int shift = 0; shift < kMostShifts; ++shift) {
      grid = {grid_of(0, cells, shift), grid_of(1, cells, shift)};
      if (!meets_corner(f, grid)) break;
    }
    for (int axis = 0; axis < 2; ++axis) {
      for (const Rational& at : grid[static_cast<std::size_t>(axis)]) f = without_line(f, axis, at);
    }
    f_.emplace(f);
    if (f.degree() < 1) return;
    for (std::size_t i = 0; i + 1 < grid[0].size(); ++i) {
      for (std::size_t j = 0; j + 1 < grid[1].size(); ++j) {
        join({Interval{grid[0][i], grid[0][i + 1]}, Interval{grid[1][j], grid[1][j + 1]}}, 0);
      }
    }
    for (const auto& [line, zeros] : zeros_) result_.crossings += zeros.size();
    result_.grid_lines = zeros_.size();
    chain();
  }

 private:
  using Cell = std::array<Interval, 2>;

  std::vector<Rational> grid_of(std::size_t axis, int cells, int shift) const {
    const auto& [low, high] = box_[axis];
    const Rational width = (high - low) / Rational(cells);
    std::vector<Rational> result{low};
    for (int i = 1; i < cells; ++i) {
      result.push_back(low + width * (Rational(i) + Rational(shift) / Rational(axis == 0 ? 37 : 41)));
    }
    result.push_back(high);
    return result;
  }

  static bool meets_corner(const Polynomial& f, const std::array<std::vector<Rational>, 2>& grid) {
    for (const Rational& x : grid[0]) {
      for (const Rational& y : grid[1]) {
        if (f.evaluate({x, y}).is_zero()) return true;
      }
    }
    return false;
  }

  /// Draws the line if f vanishes on it, and divides it out.
  Polynomial without_line(const Polynomial& f, int axis, const Rational& at) {
    if (!restricted(f, static_cast<std::size_t>(axis), at).is_zero()) return f;
    std::vector<Vertex>& line = result_.lines.emplace_back();
    for (const Rational& end : {box_[static_cast<std::size_t>(1 - axis)].first, box_[static_cast<std::size_t>(1 - axis)].second}) {
      line.push_back(vertex(axis, at.nearest_double(), end.nearest_double()));
    }
    return quotient(f, Polynomial::variable(f.ring(), axis) - Polynomial(f.ring(), at));
  }

  static Vertex vertex(int axis, double kept, double other) {
    return axis == 0 ? Vertex{kept, other} : Vertex{other, kept};
  }

  /// Where D changes sign on the line, inside the box.
  const std::vector<Rational>& zeros_on(int axis, const Rational& at) {
    const auto [place, fresh] = zeros_.try_emplace({axis, at});
    if (fresh) {
      const IntegerPolynomial on_line = restricted(*f_, static_cast<std::size_t>(axis), at);
      for (const IsolatedRoot& root : roots_in(on_line, box_[static_cast<std::size_t>(1 - axis)], kPrecision)) {
        if (root.multiplicity % 2 == 0) continue;
        place->second.push_back((root.enclosure.first + root.enclosure.second) / Rational(2));
      }
    }
    return place->second;
  }

  /// The crossings of the curve with the boundary of the cell, once around it.
  std::vector<Crossing> around(const Cell& cell) {
    std::vector<Crossing> result;
    const auto side = [&](int axis, const Rational& at, bool forwards) {
      const auto& [low, high] = cell[static_cast<std::size_t>(1 - axis)];
      const std::vector<Rational>& zeros = zeros_on(axis, at);
      std::vector<Crossing> own;
      for (std::size_t k = 0; k < zeros.size(); ++k) {
        if (low <= zeros[k] && zeros[k] < high) own.push_back({axis, at, k});
      }
      if (!forwards) std::reverse(own.begin(), own.end());
      result.insert(result.end(), own.begin(), own.end());
    };
    side(1, cell[1].first, true);
    side(0, cell[0].second, true);
    side(1, cell[1].second, false);
    side(0, cell[0].first, false);
    return result;
  }

  void join(const Cell& cell, int depth) {
    const std::vector<Crossing> crossings = around(cell);
    if (crossings.size() < 2) return;
    if (crossings.size() == 2) return connect(crossings[0], crossings[1]);
    const std::array<Rational, 2> middle{(cell[0].first + cell[0].second) / Rational(2),
                                         (cell[1].first + cell[1].second) / Rational(2)};
    if (depth < kDeepest) {
      for (const Interval& x : {Interval{cell[0].first, middle[0]}, Interval{middle[0], cell[0].second}}) {
        for (const Interval& y : {Interval{cell[1].first, middle[1]}, Interval{middle[1], cell[1].second}}) {
          join({x, y}, depth + 1);
        }
      }
      return;
    }
    ++result_.ambiguous_cells;
    // The arc that ends at crossing 0 holds the lower left corner; the arcs of the other sign than the middle's are cut
    // off from it.
    const int corner = f_->evaluate({cell[0].first, cell[1].first}).sign();
    const std::size_t first = corner == f_->evaluate({middle[0], middle[1]}).sign() ? 0 : 1;
    for (std::size_t k = 0; k + 1 < crossings.size(); k += 2) {
      connect(crossings[first + k], crossings[(first + k + 1) % crossings.size()]);
    }
  }

  void connect(const Crossing& a, const Crossing& b) {
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
  }

  Vertex place_of(const Crossing& crossing) {
    return vertex(crossing.axis, crossing.at.nearest_double(),
                  zeros_on(crossing.axis, crossing.at)[crossing.zero].nearest_double());
  }

  /// Segments into polylines: from the ends first, then the closed ones.
  void chain() {
    for (const bool ends_only : {true, false}) {
      for (auto& [start, unused] : neighbours_) {
        if (neighbours_[start].empty() || (ends_only && neighbours_[start].size() != 1)) continue;
        std::vector<Vertex>& line = result_.lines.emplace_back(1, place_of(start));
        Crossing here = start;
        while (!neighbours_[here].empty()) {
          const Crossing next = neighbours_[here].back();
          neighbours_[here].pop_back();
          std::vector<Crossing>& back = neighbours_[next];
          back.erase(std::find_if(back.begin(), back.end(), [&](const Crossing& c) { return !(c < here) && !(here < c); }));
          line.push_back(place_of(next));
          here = next;
        }
      }
    }
  }

  const std::vector<Interval>& box_;
  FoldOfMap& result_;
  std::optional<Polynomial> f_;
  std::map<std::pair<int, Rational>, std::vector<Rational>> zeros_;
  std::map<Crossing, std::vector<Crossing>> neighbours_;
};

}  // namespace

FoldOfMap fold_of_map(const PolynomialMap& map, const std::vector<Interval>& box, int cells) {
  FoldOfMap result{map.determinant(), false, {}, {}, 0, 0, 0};
  if (result.determinant.is_zero()) {
    result.everywhere = true;
  } else if (map.dimension() == 2) {
    Tracer(box, result).trace(result.determinant, cells);
  } else if (!result.determinant.is_constant()) {
    result.points = roots_in(in_one_variable(result.determinant), box[0], kPrecision);
  }
  return result;
}

}  // namespace foldproof
