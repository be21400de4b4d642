// Claim: the tokens show where in the box the value is reached, cell by cell (docs/certificate.md, 4.4).
// On a cell f is affine, f(u) - y = A u + b, and the cell's closure is { r_j(u) >= 0 } for the decided neurons j:
//   A of full column rank, A u = -b solvable: one candidate. It is a preimage, which becomes a point of the fibre; or
//     it violates some r_j, a side of the box or a half-space around its ball, and then y A + grad r_j = 0 (or a normal
//     of the side) for some y gives a function that is constant on the box and negative there (or negative at the
//     side).
//   A u = -b not solvable: no preimage.
//   else a linear program looks for a point in the closure of the cell, as far inside as possible. If there is none,
//     its duals, taken as exact numbers, are the proof. If there is one, u, and a direction of the kernel of A along
//     which the cell and the domain go on from u, they are a flat segment. If there is no such direction
//     (polyhedral_cone.h), u is the only preimage: positive multiples of the constraints that are 0 at u add up to a
//     combination of the rows of A, and these constraints and A are 0 at u alone.
#include <algorithm>
#include <cmath>

#include "model/evaluate.h"
#include "number/scalar.h"
#include "search/budgets.h"
#include "search/cell_walk.h"
#include "search/exact_cells.h"
#include "search/polyhedral_cone.h"

namespace foldproof {

namespace {

class PointWalk : public CellWalk {
 public:
  PointWalk(const Problem& problem, const Box& box, std::vector<Phase> phase, Fibre& fibre)
      : CellWalk(problem, box, std::move(phase)),
        problem_(problem),
        fibre_(fibre),
        ends_(part_in_domain(problem, box)) {}

 private:
  std::optional<std::string> settle() override;
  std::optional<std::string> no_such_point(const std::vector<Rational>& u) const;
  std::optional<std::string> flat();
  std::optional<FlatSegment> segment_through(const std::vector<Rational>& u,
                                             const std::vector<Rational>& direction) const;
  std::optional<std::vector<Rational>> candidate(const CellProgram& program) const;
  std::optional<std::string> alone(const std::vector<Rational>& u);
  std::string with_multipliers(const std::string& name, const std::vector<Rational>& of_outputs,
                               const std::vector<Rational>& of_constraints) const;
  int most(const std::vector<Rational>& of_outputs, const std::vector<Rational>& of_constraints) const;
  std::optional<std::vector<Rational>> outputs_with(std::vector<Rational> gradient) const;
  bool agrees(const std::vector<Rational>& x) const;
  std::vector<Rational> absolute(std::vector<Rational> u) const;

  const Problem& problem_;
  Fibre& fibre_;
  const std::vector<std::pair<Rational, Rational>> ends_;  // of the part of the box in the domain
  std::vector<CellRow> f_;                                 // f_P - value
};

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

// The sign of the greatest value between the ends of the sum of these multiples of f_P - value and of the constraints.
int PointWalk::most(const std::vector<Rational>& of_outputs, const std::vector<Rational>& of_constraints) const {
  CellRow sum{std::vector<Rational>(box_.lower.size()), {}};
  for (std::size_t o = 0; o < of_outputs.size(); ++o) add_multiple(sum, of_outputs[o], f_[o]);
  for (std::size_t c = 0; c < of_constraints.size(); ++c) add_multiple(sum, of_constraints[c], constraints_[c]);
  const int sign = most_on(ends_, sum).sign();
  // In the ball it may be less.
  return sign >= 0 && box_.sticks_out() && (sum.b + most_on(box_, sum.a)).sign() < 0 ? -1 : sign;
}

std::string PointWalk::with_multipliers(const std::string& name, const std::vector<Rational>& of_outputs,
                                        const std::vector<Rational>& of_constraints) const {
  std::string token = name;
  const char* mark = "";
  const auto add = [&](const std::string& index, const Rational& factor) {
    if (factor.is_zero()) return;
    token += mark + index + ':' + factor.canonical();
    mark = ",";
  };
  for (std::size_t o = 0; o < of_outputs.size(); ++o) add(std::to_string(o), of_outputs[o]);
  mark = ";";
  for (std::size_t c = 0; c < of_constraints.size(); ++c) add(named(decided_[c]), of_constraints[c]);
  return token;
}

// Multiples of f_P - value with this gradient.
std::optional<std::vector<Rational>> PointWalk::outputs_with(std::vector<Rational> gradient) const {
  const int n = network_.inputs;
  const int m = network_.output_count();
  RationalMatrix transposed(n, m);
  for (int o = 0; o < m; ++o) {
    for (int i = 0; i < n; ++i) transposed.set(i, o, f_[at(o)].a[at(i)]);
  }
  auto solved = transposed.solutions(gradient, std::vector<Rational>(at(m)));
  if (!solved) return std::nullopt;
  return std::move(solved->x);
}

// u is the only solution of f_P(u) = value, and no preimage.
std::optional<std::string> PointWalk::no_such_point(const std::vector<Rational>& u) const {
  std::vector<Rational> of_constraints(constraints_.size());
  const auto settled_by = [&](std::vector<Rational> gradient) -> std::optional<std::string> {
    for (Rational& entry : gradient) entry = -entry;
    const auto of_outputs = outputs_with(std::move(gradient));
    if (!of_outputs || most(*of_outputs, of_constraints) >= 0) return std::nullopt;
    return with_multipliers(".e", *of_outputs, of_constraints);
  };
  for (std::size_t c = 0; c < constraints_.size(); ++c) {
    if (value_at(constraints_[c], u).sign() >= 0) continue;
    of_constraints[c] = Rational(1);
    return settled_by(constraints_[c].a);
  }
  for (std::size_t i = 0; i < u.size(); ++i) {
    const bool above = u[i] > ends_[i].second;
    if (!above && u[i] >= ends_[i].first) continue;
    // y (f_P - value) = u_i - (the solution's), or minus that
    std::vector<Rational> unit(u.size());
    unit[i] = Rational(above ? -1 : 1);
    return settled_by(std::move(unit));
  }
  if (!box_.sticks_out()) return std::nullopt;
  return settled_by(half_space_around(box_.ball, u).a);
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
  CellProgram program(box_, 1.0);
  for (const CellRow& row : f_) program.zero(row);
  for (const CellRow& row : constraints_) program.positive(row);
  if (!program.solve()) return std::nullopt;
  if (program.infeasible() || program.slack() < 0.0) {
    const std::vector<double> multipliers = program.multipliers();
    if (multipliers.empty()) return std::nullopt;
    for (const double sign : {1.0, -1.0}) {
      std::vector<Rational> of_outputs, of_constraints;
      for (std::size_t r = 0; r < f_.size() + constraints_.size(); ++r) {
        const double y = sign * multipliers[r];
        if (r < f_.size()) {
          of_outputs.push_back(Rational::from_double(y));
        } else {
          of_constraints.push_back(Rational::from_double(std::max(0.0, y)));
        }
      }
      if (most(of_outputs, of_constraints) < 0) return with_multipliers(".e", of_outputs, of_constraints);
    }
    if (program.infeasible() || program.slack() < -nearly_zero) return std::nullopt;
  }
  const auto u = candidate(program);
  return u ? alone(*u) : std::nullopt;
}

// A point of the closed cell and the domain, in the box or next to it, which the cell's map takes to the value, where
// the program says that one is. Where there is no room inside the cell, constraints are equations too: those that hold
// the point up, or all that are nearly 0; and so may be sides of the box.
std::optional<std::vector<Rational>> PointWalk::candidate(const CellProgram& program) const {
  const std::vector<Rational> guess = program.point();
  const std::size_t n = guess.size();
  std::vector<CellRow> held = f_, tight = f_;
  for (std::size_t c = 0; c < constraints_.size(); ++c) {
    const std::size_t r = f_.size() + c;
    if (program.slack() < nearly_zero && std::abs(program.dual(r)) > nearly_zero) held.push_back(constraints_[c]);
    if (program.distance(r) < nearly_zero) tight.push_back(constraints_[c]);
  }
  std::vector<CellRow> tight_and_sides = tight;
  for (std::size_t i = 0; i < n; ++i) {
    for (const Rational& end : {ends_[i].first, ends_[i].second}) {
      if (abs(guess[i] - end) > Rational::from_double(nearly_zero) * (ends_[i].second - ends_[i].first)) continue;
      tight_and_sides.push_back({std::vector<Rational>(n), -end});
      tight_and_sides.back().a[i] = Rational(1);
    }
  }
  for (const std::vector<CellRow>* const equations : {&held, &tight, &tight_and_sides}) {
    RationalMatrix matrix(static_cast<int>(equations->size()), static_cast<int>(n));
    std::vector<Rational> right;
    for (std::size_t r = 0; r < equations->size(); ++r) {
      for (std::size_t i = 0; i < n; ++i) matrix.set(static_cast<int>(r), static_cast<int>(i), (*equations)[r].a[i]);
      right.push_back(-(*equations)[r].b);
    }
    auto solved = matrix.solutions(right, guess);
    const bool fine = solved && problem_.in_domain(absolute(solved->x)) &&
                      std::all_of(constraints_.begin(), constraints_.end(),
                                  [&](const CellRow& row) { return value_at(row, solved->x).sign() >= 0; });
    if (fine) return std::move(solved->x);
  }
  return std::nullopt;
}

// u lies in the closed cell and the domain, and the cell's map takes it to the value: a segment of such points starts
// there, or it is the only one in the box.
std::optional<std::string> PointWalk::alone(const std::vector<Rational>& u) {
  const std::size_t n = u.size();
  std::vector<std::vector<Rational>> kernel;  // of f_P's Jacobian
  {
    RationalMatrix jacobian(static_cast<int>(f_.size()), static_cast<int>(n));
    for (std::size_t o = 0; o < f_.size(); ++o) {
      for (std::size_t i = 0; i < n; ++i) jacobian.set(static_cast<int>(o), static_cast<int>(i), f_[o].a[i]);
    }
    const std::vector<Rational> zero(f_.size());
    const auto solutions = jacobian.solutions(zero, std::vector<Rational>(n));
    for (const int free : solutions->free) {
      std::vector<Rational> guess(n);
      guess[at(free)] = Rational(1);
      kernel.push_back(jacobian.solutions(zero, guess)->x);
    }
  }
  const auto along = [&](const std::vector<Rational>& row) {
    std::vector<Rational> result(kernel.size());
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      for (std::size_t i = 0; i < n; ++i) result[k].add_product(row[i], kernel[k][i]);
    }
    return result;
  };
  const auto unit = [&](std::size_t i, int sign) {
    std::vector<Rational> result(n);
    result[i] = Rational(sign);
    return result;
  };
  std::vector<std::size_t> tight;
  std::vector<std::vector<Rational>> cell, cell_and_domain, cell_and_box;
  for (std::size_t c = 0; c < constraints_.size(); ++c) {
    if (!value_at(constraints_[c], u).is_zero()) continue;
    tight.push_back(c);
    cell.push_back(along(constraints_[c].a));
  }
  cell_and_domain = cell_and_box = cell;
  std::vector<std::vector<Rational>> sides;
  for (std::size_t i = 0; i < n; ++i) {
    for (const int side : {1, -1}) {
      if (u[i] == (side > 0 ? ends_[i].first : ends_[i].second)) {
        sides.push_back(unit(i, side));
        cell_and_box.push_back(along(sides.back()));
      }
      if (problem_.domain.empty()) continue;
      const auto& domain = problem_.domain[i];
      const Rational& end = side > 0 ? domain.first : domain.second;
      if (u[i] + centre_[i] == end) cell_and_domain.push_back(along(unit(i, side)));
    }
  }
  if (const auto ray = ray_of_cone(cell_and_domain, kernel.size())) {
    std::vector<Rational> direction(n);
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      for (std::size_t i = 0; i < n; ++i) direction[i].add_product((*ray)[k], kernel[k][i]);
    }
    auto segment = segment_through(u, direction);
    if (!segment) return std::nullopt;
    fibre_.flats.push_back(std::move(*segment));
    return ".f" + std::to_string(fibre_.flats.size() - 1);
  }
  const auto y = positive_dependence(cell_and_box, kernel.size());
  if (!y) return std::nullopt;
  std::vector<Rational> gradient(n), of_constraints(constraints_.size());
  for (std::size_t c = 0; c < y->size(); ++c) {
    const std::vector<Rational>& row = c < tight.size() ? constraints_[tight[c]].a : sides[c - tight.size()];
    for (std::size_t i = 0; i < n; ++i) gradient[i].add_product(-(*y)[c], row[i]);
    if (c < tight.size()) of_constraints[tight[c]] = (*y)[c];
  }
  const auto of_outputs = outputs_with(std::move(gradient));
  const std::vector<Rational> x = absolute(u);
  if (!of_outputs || most(*of_outputs, of_constraints) > 0 || evaluate(network_, x).output != fibre_.value)
    return std::nullopt;
  return with_multipliers('.' + std::to_string(fibre_.number_of(x)) + ';', *of_outputs, of_constraints);
}

}  // namespace

std::optional<std::string> cells_with_preimages(const Problem& problem, const RegionNetwork& root, const Box& box,
                                                Fibre& fibre, int most_unstable) {
  auto phase = phases_on(root, box, most_unstable);
  if (!phase) return std::nullopt;
  return PointWalk(problem, box, std::move(*phase), fibre).proof();
}

}  // namespace foldproof
