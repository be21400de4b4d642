// In the plane: the zero set of D, the product of the distinct factors of det J, is cut by the lines of a grid.
//
// Claim: on every grid line all zeros of D are found (real_roots.h), so every crossing of the curve with the grid is
// known; and if no cell is open, the polylines miss nothing of the curve. A zero of even multiplicity only touches its
// line and is left out; the others are the places where D changes sign along it, an even number around each cell.
//   If ball arithmetic excludes 0 from the values of D on a cell, it holds none of the curve. If 0 is excluded from the
//   values of one partial derivative, say D_y, then the curve meets every line x = c in the cell at most once: each of
//   its pieces is a graph over x and ends in two crossings with the boundary. So a cell without crossings holds nothing
//   of it (but touching points of the boundary), and a cell with two holds one arc, which joins them. (Plantinga and
//   Vegter 2004 use such tests.) This counts only if no corner of the cell lies in the enclosure of a zero. Other cells
//   are cut in four, a few times. What is left is joined so that the sign of D at its middle is respected, and is
//   counted as open.
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
constexpr int kDeepest = 6;  // halvings of a cell that is not plain
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
    if (f.degree() < 1) return;
    f_.emplace(f);
    f_x_.emplace(f.derivative(0));
    f_y_.emplace(f.derivative(1));
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
    for (const Rational& end :
         {box_[static_cast<std::size_t>(1 - axis)].first, box_[static_cast<std::size_t>(1 - axis)].second}) {
      line.push_back(vertex(axis, at.nearest_double(), end.nearest_double()));
    }
    return quotient(f, Polynomial::variable(f.ring(), axis) - Polynomial(f.ring(), at));
  }

  static Vertex vertex(int axis, double kept, double other) {
    return axis == 0 ? Vertex{kept, other} : Vertex{other, kept};
  }

  /// Where D changes sign on the line, inside the box.
  const std::vector<Interval>& zeros_on(int axis, const Rational& at) {
    const auto [place, fresh] = zeros_.try_emplace({axis, at});
    if (fresh) {
      const IntegerPolynomial on_line = restricted(*f_, static_cast<std::size_t>(axis), at);
      for (const IsolatedRoot& root : roots_in(on_line, box_[static_cast<std::size_t>(1 - axis)], kPrecision)) {
        if (root.multiplicity % 2 == 0) continue;
        place->second.push_back(root.enclosure);
      }
    }
    return place->second;
  }

  static Rational middle_of(const Interval& interval) { return (interval.first + interval.second) / Rational(2); }

  /// The crossings of the curve with the boundary of the cell, once around it; sets corners_are_clear_.
  std::vector<Crossing> around(const Cell& cell) {
    std::vector<Crossing> result;
    corners_are_clear_ = true;
    const auto side = [&](int axis, const Rational& at, bool forwards) {
      const auto& [low, high] = cell[static_cast<std::size_t>(1 - axis)];
      const std::vector<Interval>& zeros = zeros_on(axis, at);
      std::vector<Crossing> own;
      for (std::size_t k = 0; k < zeros.size(); ++k) {
        for (const Rational& corner : {low, high}) {
          if (zeros[k].first <= corner && corner <= zeros[k].second) corners_are_clear_ = false;
        }
        const Rational zero = middle_of(zeros[k]);
        if (low <= zero && zero < high) own.push_back({axis, at, k});
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
    const bool plain = is_plain(cell, crossings.size());
    const std::array<Rational, 2> middle{middle_of(cell[0]), middle_of(cell[1])};
    if (!plain && depth < kDeepest) {
      for (const Interval& x : {Interval{cell[0].first, middle[0]}, Interval{middle[0], cell[0].second}}) {
        for (const Interval& y : {Interval{cell[1].first, middle[1]}, Interval{middle[1], cell[1].second}}) {
          join({x, y}, depth + 1);
        }
      }
      return;
    }
    if (!plain) ++result_.open_cells;
    if (crossings.size() < 2) return;
    if (crossings.size() == 2) return connect(crossings[0], crossings[1]);
    // The arc that ends at crossing 0 holds the lower left corner; the arcs of the other sign than the middle's are cut
    // off from it.
    const int corner = f_->evaluate({cell[0].first, cell[1].first}).sign();
    const std::size_t first = corner == f_->evaluate({middle[0], middle[1]}).sign() ? 0 : 1;
    for (std::size_t k = 0; k + 1 < crossings.size(); k += 2) {
      connect(crossings[first + k], crossings[(first + k + 1) % crossings.size()]);
    }
  }

  static Ball over(const Polynomial& f, const Cell& cell) {
    return evaluate(f, Ball::around(cell[0].first, cell[0].second, kPrecision),
                    Ball::around(cell[1].first, cell[1].second, kPrecision), kPrecision);
  }

  /// By the mean value theorem: D(x) lies in D(m) + D_x(cell) (x - m) + D_y(cell) (y - m).
  static bool excludes_zero(const Polynomial& f, const Ball& f_x, const Ball& f_y, const Cell& cell) {
    Ball value(f.evaluate({middle_of(cell[0]), middle_of(cell[1])}), kPrecision);
    for (const auto& [slope, side] : {std::pair(&f_x, &cell[0]), std::pair(&f_y, &cell[1])}) {
      const Rational middle = middle_of(*side);
      const Ball offset = Ball::around(side->first - middle, side->second - middle, kPrecision);
      arb_addmul(value.raw(), slope->raw(), offset.raw(), kPrecision);
    }
    return value.excludes_zero();
  }

  /// The cell holds exactly the arc between its two crossings, or nothing if it has none.
  bool is_plain(const Cell& cell, std::size_t crossings) const {
    if (!corners_are_clear_ || (crossings != 0 && crossings != 2)) return false;
    const Ball f_x = over(*f_x_, cell), f_y = over(*f_y_, cell);
    return f_x.excludes_zero() || f_y.excludes_zero() || (crossings == 0 && excludes_zero(*f_, f_x, f_y, cell));
  }

  void connect(const Crossing& a, const Crossing& b) {
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
  }

  Vertex place_of(const Crossing& crossing) {
    return vertex(crossing.axis, crossing.at.nearest_double(),
                  middle_of(zeros_on(crossing.axis, crossing.at)[crossing.zero]).nearest_double());
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
          back.erase(
              std::find_if(back.begin(), back.end(), [&](const Crossing& c) { return !(c < here) && !(here < c); }));
          line.push_back(place_of(next));
          here = next;
        }
      }
    }
  }

  const std::vector<Interval>& box_;
  FoldOfMap& result_;
  std::optional<Polynomial> f_, f_x_, f_y_;
  std::map<std::pair<int, Rational>, std::vector<Interval>> zeros_;
  bool corners_are_clear_ = true;  // of the cell that around() saw last
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
