// Claim: a leaf `c` lists all cells that meet the inside of the domain and touch the box, if only in a corner, and
// their determinants have one strict sign; a leaf `b` shows a point of J0 in the box.
// Proof sketch: cell_walk.h, with branches cut only if their polyhedron does not touch the part of the box in the
// domain (sum y_j r_j < 0 there) or does not meet the inside of the domain (<= 0 on all of it).
// If there are two signs, or a cell with determinant 0: two of the cells have points inside the box, mostly, and on the
// way between these lies a point of J0. Otherwise cells of one sign fill the box, and one of another sign touches it in
// a point p, from outside. Then p and a point in each of the two cells show it.
#include "search/locus_cells.h"

#include <algorithm>

#include "model/evaluate.h"
#include "search/budgets.h"
#include "search/cell_walk.h"

namespace foldproof {

namespace {

constexpr std::size_t most_walked_cells = 3000;
constexpr int most_halvings = 60;

using Ends = std::vector<std::pair<Rational, Rational>>;
using Point = std::vector<Rational>;

class LocusWalk : public CellWalk {
 public:
  LocusWalk(const Problem& problem, const Box& box, std::vector<Phase> phase, Control& control)
      : CellWalk(problem, box, std::move(phase)),
        control_(control),
        whole_(problem.root(problem.max_radius)),
        part_(part_in_domain(problem, box)),
        domain_(part_in_domain(problem, whole_)) {}

  std::optional<LocusLeaf> leaf() {
    const auto tokens = proof();
    if (!tokens || cells_.empty()) return std::nullopt;
    const int sign = cells_[0].sign;
    const auto other = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& c) { return c.sign != sign; });
    if (other == cells_.end() && sign != 0) return LocusLeaf{sign, "c " + *tokens};
    const std::string points = witness();
    if (points.empty()) return std::nullopt;
    return LocusLeaf{0, "b" + points};
  }

 private:
  struct Cell {
    int sign = 0;
    std::vector<CellRow> constraints;
  };

  std::optional<std::string> settle() override {
    if (cells_.size() >= most_walked_cells || control_.should_stop()) return std::nullopt;
    const int n = network_.inputs;
    RationalMatrix jacobian(n, n);
    for (int o = 0; o < n; ++o) {
      const CellRow row = compose(network_.outputs[static_cast<std::size_t>(o)]);
      for (int i = 0; i < n; ++i) jacobian.set(o, i, row.a[static_cast<std::size_t>(i)]);
    }
    cells_.push_back({jacobian.determinant().sign(), constraints_});
    return ".";
  }

  std::optional<std::string> surely_empty() override {
    if (auto apart = empty_on(box_, part_, true)) return apart;
    return empty_on(whole_, domain_, false);
  }

  std::string witness() const;
  std::optional<Point> inside(const Cell& cell, const Box& box, const Ends& ends) const;
  std::optional<Point> corner(const Cell& cell) const;
  std::optional<Point> beside(const Point& p, const Cell& cell) const;

  Control& control_;
  const Box whole_;
  const Ends part_, domain_;  // the part of the box in the domain; the domain; relative to the centre
  std::vector<Cell> cells_;
};

std::string written(const Point& u) {
  std::string text;
  for (const Rational& entry : u) text += ' ' + entry.canonical();
  return text;
}

// A point in the interior of the cell.
std::optional<Point> LocusWalk::inside(const Cell& cell, const Box& box, const Ends& ends) const {
  CellProgram program(box, 1.0);
  for (const CellRow& row : cell.constraints) program.positive(row);
  if (!program.solve() || program.infeasible() || !(program.slack() > 0.0)) return std::nullopt;
  Point u = program.point();
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::clamp(u[i], ends[i].first, ends[i].second);
  const bool fine = std::all_of(cell.constraints.begin(), cell.constraints.end(),
                                [&](const CellRow& row) { return value_at(row, u).sign() > 0; });
  return fine && lies_between(ends, u) ? std::optional(u) : std::nullopt;
}

// A point of the box, and of the domain, in the closure of a cell that has no room inside.
std::optional<Point> LocusWalk::corner(const Cell& cell) const {
  CellProgram program(box_, 1.0);
  for (const CellRow& row : cell.constraints) program.positive(row);
  if (!program.solve() || program.infeasible()) return std::nullopt;
  const Point guess = program.point();
  std::vector<CellRow> zero;
  for (std::size_t c = 0; c < cell.constraints.size(); ++c) {
    if (program.distance(c) < nearly_zero) zero.push_back(cell.constraints[c]);
  }
  const std::size_t n = guess.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Rational room = Rational::from_double(nearly_zero) * (part_[i].second - part_[i].first);
    for (const Rational& end : {part_[i].first, part_[i].second}) {
      if (abs(guess[i] - end) > room) continue;
      CellRow row{Point(n), -end};
      row.a[i] = Rational(1);
      zero.push_back(std::move(row));
    }
  }
  RationalMatrix matrix(static_cast<int>(zero.size()), static_cast<int>(n));
  Point right;
  for (std::size_t r = 0; r < zero.size(); ++r) {
    for (std::size_t i = 0; i < n; ++i) matrix.set(static_cast<int>(r), static_cast<int>(i), zero[r].a[i]);
    right.push_back(-zero[r].b);
  }
  const auto solved = matrix.solutions(right, guess);
  if (!solved || !lies_between(part_, solved->x)) return std::nullopt;
  for (const CellRow& row : cell.constraints) {
    if (value_at(row, solved->x).sign() < 0) return std::nullopt;
  }
  return solved->x;
}

// A point in the interior of the cell, near a point p of its closure in the box: the constraints hold on the whole way
// from p to any point that has them, and neurons that are decided on the box keep their signs near p.
std::optional<Point> LocusWalk::beside(const Point& p, const Cell& cell) const {
  const auto far = inside(cell, whole_, domain_);
  if (!far) return std::nullopt;
  const auto signs = [&](Point u) {
    for (std::size_t i = 0; i < u.size(); ++i) u[i] += centre_[i];
    return evaluate(network_, u).pre_activation;
  };
  const std::vector<Rational> at_p = signs(p);
  Rational step(1);
  for (int k = 0; k < most_halvings; ++k, step = step * Rational::from_double(0.5)) {
    Point u = p;
    for (std::size_t i = 0; i < u.size(); ++i) u[i].add_product(step, (*far)[i] - p[i]);
    const std::vector<Rational> at_u = signs(u);
    bool fine = true;
    for (std::size_t j = 0; j < at_u.size(); ++j) {
      fine = fine && (at_p[j].is_zero() || at_p[j].sign() == at_u[j].sign());
    }
    if (fine) return u;
  }
  return std::nullopt;
}

// The numbers of a leaf `b`.
std::string LocusWalk::witness() const {
  std::optional<Point> found[3];  // by sign
  for (const Cell& cell : cells_) {
    std::optional<Point>& at_sign = found[cell.sign + 1];
    if (!at_sign) at_sign = inside(cell, box_, part_);
    if (found[1]) return written(*found[1]) + written(*found[1]);
    if (found[0] && found[2]) return written(*found[0]) + written(*found[2]);
  }
  const int sign = found[0] ? -1 : 1;
  for (const Cell& cell : cells_) {
    if (cell.sign == sign) continue;
    const auto p = corner(cell);
    const auto there = p ? beside(*p, cell) : std::nullopt;
    if (!there) continue;
    if (cell.sign == 0) return written(*p) + written(*there) + written(*there);
    for (const Cell& other : cells_) {
      const bool touches =
          other.sign * cell.sign <= 0 && std::all_of(other.constraints.begin(), other.constraints.end(),
                                                     [&](const CellRow& row) { return value_at(row, *p).sign() >= 0; });
      if (!touches) continue;
      if (const auto here = beside(*p, other)) return written(*p) + written(*here) + written(*there);
    }
  }
  return {};
}

}  // namespace

std::optional<LocusLeaf> locus_by_cells(const Problem& problem, const RegionNetwork& root, const Box& box,
                                        int most_unstable, Control& control) {
  Bounder bounder;
  bounder.enclose(root, box);
  std::vector<Phase> phase;
  bounder.strict_phase(phase);
  if (std::count(phase.begin(), phase.end(), Phase::unstable) > most_unstable) return std::nullopt;
  return LocusWalk(problem, box, std::move(phase), control).leaf();
}

}  // namespace foldproof
