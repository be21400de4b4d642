// Claim: the tokens show where in the box the value is reached, cell by cell (docs/certificate.md, 4.4).
// On a cell f is affine, f(u) - y = A u + b, and the cell's closure is { r_j(u) >= 0 } for the decided neurons j:
//   A of full column rank, A u = -b solvable: one candidate. It is a preimage, which becomes a point of the fibre; or
//     it violates some r_j or a side of the box, and then y A + grad r_j = 0 (or a unit vector) for some y gives a
//     function that is constant on the box and negative there (or negative at the side).
//   A u = -b not solvable: no preimage.
//   else a linear program looks for a point in the closure of the cell, as far inside as possible. If there is none,
//     its duals, taken as exact numbers, are the proof. If there is one, the line through it along the kernel of A, cut
//     at the piece's and the domain's sides exactly, is a flat segment.
#include <cmath>
#include <limits>

#include "model/evaluate.h"
#include "search/cell_walk.h"
#include "search/exact_cells.h"
#include "search/linear_program.h"

namespace foldproof {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(int i) { return static_cast<std::size_t>(i); }

class PointWalk : public CellWalk {
 public:
  PointWalk(const Problem& problem, const Box& box, std::vector<Phase> phase, Fibre& fibre)
      : CellWalk(problem, box, std::move(phase)), problem_(problem), fibre_(fibre) {}

 private:
  std::optional<std::string> settle() override;
  std::optional<std::string> no_such_point(const std::vector<Rational>& u) const;
  std::optional<std::string> flat();
  std::optional<FlatSegment> segment_through(const std::vector<Rational>& u,
                                             const std::vector<Rational>& direction) const;
  std::string exclusion(const std::vector<Rational>& of_outputs, const std::vector<Rational>& of_constraints) const;
  bool excludes(const std::vector<Rational>& of_outputs, const std::vector<Rational>& of_constraints) const;
  bool agrees(const std::vector<Rational>& x) const;
  std::vector<Rational> absolute(std::vector<Rational> u) const;

  const Problem& problem_;
  Fibre& fibre_;
  std::vector<CellRow> f_;  // f_P - value
};

Rational value_at(const CellRow& row, const std::vector<Rational>& u) {
  Rational value = row.b;
  for (std::size_t i = 0; i < u.size(); ++i) value.add_product(row.a[i], u[i]);
  return value;
}

std::vector<Rational> PointWalk::absolute(std::vector<Rational> u) const {
  for (std::size_t i = 0; i < u.size(); ++i) u[i] += centre_[i];
  return u;
}

std::optional<std::string> PointWalk::settle() {
  const int n = network_.inputs;
  const int m = network_.output_count();
  f_.clear();
  RationalMatrix jacobian(m, n);
  std::vector<Rational> right;
  for (int o = 0; o < m; ++o) {
    f_.push_back(compose(network_.outputs[at(o)]));
    f_.back().b -= fibre_.value[at(o)];
    right.push_back(-f_.back().b);
    for (int i = 0; i < n; ++i) jacobian.set(o, i, f_.back().a[at(i)]);
  }
  const auto solutions = jacobian.solutions(right, std::vector<Rational>(at(n)));
  if (!solutions) return ".n";
  if (!solutions->free.empty()) return flat();
  const std::vector<Rational> x = absolute(solutions->x);
  if (evaluate(network_, x).output == fibre_.value) return '.' + std::to_string(fibre_.number_of(x));
  return no_such_point(solutions->x);
}

// The sum of these multiples of f_P - value and of the constraints is negative on the whole box.
bool PointWalk::excludes(const std::vector<Rational>& of_outputs, const std::vector<Rational>& of_constraints) const {
  const std::size_t n = box_.lower.size();
  Rational bound;
  std::vector<Rational> gradient(n);
  const auto add = [&](const Rational& factor, const CellRow& row) {
    bound.add_product(factor, row.b);
    for (std::size_t i = 0; i < n; ++i) gradient[i].add_product(factor, row.a[i]);
  };
  for (std::size_t o = 0; o < of_outputs.size(); ++o) add(of_outputs[o], f_[o]);
  for (std::size_t c = 0; c < of_constraints.size(); ++c) {
    if (of_constraints[c].sign() < 0) return false;
    add(of_constraints[c], constraints_[c]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    bound.add_product(gradient[i], Rational::from_double(gradient[i].sign() > 0 ? box_.upper[i] : box_.lower[i]));
  }
  return bound.sign() < 0;
}

std::string PointWalk::exclusion(const std::vector<Rational>& of_outputs,
                                 const std::vector<Rational>& of_constraints) const {
  std::string token = ".e";
  char mark = 0;
  const auto add = [&](const std::string& name, const Rational& factor) {
    if (factor.is_zero()) return;
    if (mark != 0) token += mark;
    token += name + ':' + factor.canonical();
    mark = ',';
  };
  for (std::size_t o = 0; o < of_outputs.size(); ++o) add(std::to_string(o), of_outputs[o]);
  mark = ';';
  for (std::size_t c = 0; c < of_constraints.size(); ++c) add(named(decided_[c]), of_constraints[c]);
  return token;
}

// u is the only solution of f_P(u) = value, and no preimage.
std::optional<std::string> PointWalk::no_such_point(const std::vector<Rational>& u) const {
  const int n = network_.inputs;
  const int m = network_.output_count();
  RationalMatrix transposed(n, m);
  for (int o = 0; o < m; ++o) {
    for (int i = 0; i < n; ++i) transposed.set(i, o, f_[at(o)].a[at(i)]);
  }
  std::vector<Rational> of_constraints(constraints_.size());
  const auto settled_by = [&](std::vector<Rational> gradient) -> std::optional<std::string> {
    for (Rational& entry : gradient) entry = -entry;
    const auto of_outputs = transposed.solutions(gradient, std::vector<Rational>(at(m)));
    if (!of_outputs || !excludes(of_outputs->x, of_constraints)) return std::nullopt;
    return exclusion(of_outputs->x, of_constraints);
  };
  for (std::size_t c = 0; c < constraints_.size(); ++c) {
    if (value_at(constraints_[c], u).sign() >= 0) continue;
    of_constraints[c] = Rational(1);
    return settled_by(constraints_[c].a);
  }
  for (std::size_t i = 0; i < at(n); ++i) {
    const bool above = u[i] > Rational::from_double(box_.upper[i]);
    if (!above && u[i] >= Rational::from_double(box_.lower[i])) continue;
    // y (f_P - value) = u_i - (the solution's), or minus that
    std::vector<Rational> unit(at(n));
    unit[i] = Rational(above ? -1 : 1);
    return settled_by(std::move(unit));
  }
  return std::nullopt;
}

// The neurons of the network have the cell's phases at x, or are 0 there.
bool PointWalk::agrees(const std::vector<Rational>& x) const {
  const std::vector<Rational> z = evaluate(network_, x).pre_activation;
  for (std::size_t j = 0; j < z.size(); ++j) {
    if (active_[j] ? z[j].sign() < 0 : z[j].sign() > 0) return false;
  }
  return true;
}

// The line through u along the direction, as far as the piece and the domain go.
std::optional<FlatSegment> PointWalk::segment_through(const std::vector<Rational>& u,
                                                      const std::vector<Rational>& direction) const {
  std::optional<Rational> ends[2];  // u + t direction, t in [ends[0], ends[1]]
  bool inside = true;
  const auto cut = [&](const Rational& value, const Rational& slope) {  // value + t slope >= 0
    if (value.sign() < 0) inside = false;
    if (slope.is_zero()) return;
    const Rational t = -value / slope;
    std::optional<Rational>& end = ends[slope.sign() > 0 ? 0 : 1];
    if (!end || (slope.sign() > 0 ? t > *end : t < *end)) end = t;
  };
  for (std::size_t j = 0; j < rows_.size(); ++j) {
    Rational value = value_at(rows_[j], u);
    Rational slope;
    for (std::size_t i = 0; i < u.size(); ++i) slope.add_product(rows_[j].a[i], direction[i]);
    if (!active_[j]) {
      value = -value;
      slope = -slope;
    }
    cut(value, slope);
  }
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (problem_.domain.empty()) continue;
    cut(u[i] + centre_[i] - problem_.domain[i].first, direction[i]);
    cut(problem_.domain[i].second - centre_[i] - u[i], -direction[i]);
  }
  if (!inside || !ends[0] || !ends[1] || *ends[0] == *ends[1]) return std::nullopt;
  FlatSegment segment{absolute(u), absolute(u)};
  for (std::size_t i = 0; i < u.size(); ++i) {
    segment.x[i].add_product(*ends[0], direction[i]);
    segment.y[i].add_product(*ends[1], direction[i]);
  }
  if (evaluate(network_, segment.x).output != fibre_.value || evaluate(network_, segment.y).output != fibre_.value)
    return std::nullopt;
  return segment;
}

std::optional<std::string> PointWalk::flat() {
  for (std::size_t k = 0; k < fibre_.flats.size(); ++k) {
    if (agrees(fibre_.flats[k].x) && agrees(fibre_.flats[k].y)) return ".f" + std::to_string(k);
  }
  const std::size_t n = box_.lower.size();
  // Box coordinates v in [-1, 1]^n, then the slack of all constraints.
  std::vector<double> middle(n), half(n);
  LinearProgram lp(static_cast<int>(n) + 1);
  for (std::size_t i = 0; i < n; ++i) {
    middle[i] = 0.5 * box_.lower[i] + 0.5 * box_.upper[i];
    half[i] = 0.5 * (box_.upper[i] - box_.lower[i]);
    lp.lower[i] = -1.0;
    lp.upper[i] = 1.0;
  }
  lp.lower[n] = -infinity;
  lp.upper[n] = 1.0;
  lp.cost[n] = -1.0;
  std::vector<double> scale;
  const auto add = [&](const CellRow& row, bool is_equation) {
    std::vector<double> entries(n + 1, 0.0);
    Rational value = row.b;
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      entries[i] = row.a[i].nearest_double() * half[i];
      size += std::abs(entries[i]);
      value.add_product(row.a[i], Rational::from_double(middle[i]));
    }
    if (!(size > 0.0)) size = 1.0;  // an equation 0 = 0: it is solvable
    for (double& entry : entries) entry /= size;
    scale.push_back(size);
    const double right = -value.nearest_double() / size;
    if (!is_equation) entries[n] = -1.0;
    lp.add_row(entries, right, is_equation ? right : infinity);
  };
  for (const CellRow& row : f_) add(row, true);
  for (const CellRow& row : constraints_) add(row, false);
  const auto solution = lp.minimise();
  if (!solution) return std::nullopt;
  if (solution->infeasible || -solution->objective < 0.0) {
    if (solution->duals.empty()) return std::nullopt;
    std::vector<Rational> of_outputs, of_constraints;
    // Duals of rows `>=` in a minimisation are nonnegative; a ray may come with the other sign.
    for (const double sign : {1.0, -1.0}) {
      of_outputs.clear();
      of_constraints.clear();
      for (std::size_t r = 0; r < scale.size(); ++r) {
        const double y = sign * solution->duals[r] / scale[r];
        if (!std::isfinite(y)) return std::nullopt;
        if (r < f_.size()) {
          of_outputs.push_back(Rational::from_double(y));
        } else {
          of_constraints.push_back(Rational::from_double(std::max(0.0, y)));
        }
      }
      if (excludes(of_outputs, of_constraints)) return exclusion(of_outputs, of_constraints);
    }
    if (solution->infeasible || -solution->objective < -1e-9) return std::nullopt;
  }
  // Where there is no room inside, the constraints that hold it up are equations too.
  std::vector<const CellRow*> equations;
  for (const CellRow& row : f_) equations.push_back(&row);
  if (-solution->objective < 1e-9) {
    for (std::size_t c = 0; c < constraints_.size(); ++c) {
      if (std::abs(solution->duals[f_.size() + c]) > 1e-9) equations.push_back(&constraints_[c]);
    }
  }
  RationalMatrix matrix(static_cast<int>(equations.size()), static_cast<int>(n));
  std::vector<Rational> right, guess;
  for (std::size_t r = 0; r < equations.size(); ++r) {
    for (std::size_t i = 0; i < n; ++i) matrix.set(static_cast<int>(r), static_cast<int>(i), equations[r]->a[i]);
    right.push_back(-equations[r]->b);
  }
  for (std::size_t i = 0; i < n; ++i) guess.push_back(Rational::from_double(middle[i] + half[i] * solution->v[i]));
  const auto point = matrix.solutions(right, guess);
  const auto direction = matrix.null_vector();
  if (!point) return std::nullopt;
  if (!direction) {
    const std::vector<Rational> x = absolute(point->x);
    if (evaluate(network_, x).output == fibre_.value) fibre_.number_of(x);
    return std::nullopt;
  }
  auto segment = segment_through(point->x, *direction);
  if (!segment) return std::nullopt;
  fibre_.flats.push_back(std::move(*segment));
  return ".f" + std::to_string(fibre_.flats.size() - 1);
}

}  // namespace

std::optional<std::string> cells_with_preimages(const Problem& problem, const RegionNetwork& root, const Box& box,
                                                Fibre& fibre, int most_unstable) {
  auto phase = phases_on(root, box, most_unstable);
  if (!phase) return std::nullopt;
  return PointWalk(problem, box, std::move(*phase), fibre).proof();
}

}  // namespace foldproof
