// Claim: if tokens are returned, A(u) = A(v) makes B(u) = B(v) for all u in X, v in Y.
// Method: walk the cells P of X and the cells Q of Y. On a pair of them let w = (u, v), D = A_P(u) - A_Q(v) and
// E = B_P(u) - B_Q(v) (one network: u - v), and r_j >= 0 for the neurons decided in P and in Q. E must vanish on the
// polyhedron { w in X x Y : D = 0, r >= 0 }. What is 0 on all of it is what follows from D and from the inequalities
// that are equations there. Both come from one kind of certificate, g = a . D + y . r with y >= 0 and g <= 0 on the
// box:
//   g < 0: the polyhedron is empty (Farkas);
//   max g = 0: r_j = 0 where y_j > 0, and w lies on the sides of the box where g is greatest. By Goldman and Tucker
//     some g shows all such equations at once; so E vanishes if and only if such a proof of it exists.
// With a = y = 0 it is left to D alone: the same piece twice, where J has full column rank; or B_P - B_Q in the span of
// A_P - A_Q. Most pairs of cells are told apart by one output of A: its reach over each cell is found once. Elsewhere
// linear programs propose; the multipliers are then solved for in rationals, near to what they proposed.
#include "search/pair_cells.h"

#include <algorithm>
#include <cmath>

#include "number/scalar.h"
#include "search/cell_program.h"
#include "search/cell_walk.h"
#include "search/linear_program.h"

namespace foldproof {

namespace {

constexpr double near_zero = 1e-9;  // of a neuron's range: bounds this close to 0 decide nothing

Rational rounded(double x, int bits) {
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);
  return Rational::from_double(std::ldexp(std::round(std::ldexp(mantissa, bits)), exponent - bits));
}

// sign * output + y . constraints <= most on the box of the cell, exactly: how far the output reaches in the cell.
struct Reach {
  Rational most;
  std::vector<Rational> y;
};

// What is known on one cell of one side: outputs, and the neurons decided, > 0 inside.
struct Cell {
  std::vector<CellRow> outputs, constraints;
  std::vector<std::string> names;
  std::vector<Reach> up, down;  // of the outputs of A, once somebody asks
};

constexpr char mark = '@';  // stands for a cell's token until all cells are known

// Linear programs are asked only where neither a point of the branch is at hand, nor one or two constraints exclude
// all.
class SideWalk : public CellWalk {
 public:
  SideWalk(const Problem& problem, const Box& box, std::vector<Phase> phase)
      : CellWalk(problem, box, std::move(phase)), ends_(ends_of(box)) {
    for (const auto& [lower, upper] : ends_) {
      middle_.push_back(0.5 * lower.nearest_double() + 0.5 * upper.nearest_double());
      half_.push_back(0.5 * (upper.nearest_double() - lower.nearest_double()));
    }
    points_.emplace_back(middle_.size());
  }
  std::vector<Cell> cells;

 private:
  std::optional<std::string> surely_empty() override;
  std::optional<std::string> excluded_by_two() const;
  double most(const std::vector<double>& row, const std::vector<double>& other, double factor) const;

  std::optional<std::string> settle() override {
    Cell& cell = cells.emplace_back(Cell{{}, constraints_, {}, {}, {}});
    for (const AffineRow& row : network_.outputs) cell.outputs.push_back(compose(row));
    for (const int j : decided_) cell.names.push_back(named(j));
    return std::string(1, mark);
  }

  std::vector<std::pair<Rational, Rational>> ends_;
  std::vector<double> middle_, half_;
  // Of this branch: constraints in box coordinates v in [-1, 1]^n, scaled, their constants last; and after so many of
  // them a point inside, or nothing.
  std::vector<std::vector<double>> scaled_, points_;
};

std::optional<std::string> SideWalk::surely_empty() {
  const std::size_t n = middle_.size(), count = constraints_.size();
  scaled_.resize(count - 1);
  points_.resize(count);
  const CellRow& newest = constraints_.back();
  std::vector<double> row(n + 1);
  Rational value = newest.b;
  double size = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = newest.a[i].nearest_double() * half_[i];
    size += std::abs(row[i]);
    value.add_product(newest.a[i], Rational::from_double(middle_[i]));
  }
  row[n] = value.nearest_double();
  for (double& entry : row) entry /= size > 0.0 ? size : 1.0;
  scaled_.push_back(row);
  std::vector<double> point = points_.back();
  double there = row[n];
  for (std::size_t i = 0; i < point.size(); ++i) there += row[i] * point[i];
  if (!point.empty() && there > near_zero) {
    points_.push_back(std::move(point));
    return std::nullopt;
  }
  if (auto token = excluded_by_two()) return token;
  if (auto token = CellWalk::surely_empty()) return token;
  CellProgram program(box_, 1.0);
  for (const CellRow& constraint : constraints_) program.positive(constraint);
  point.clear();
  if (program.solve() && !program.infeasible() && program.slack() > near_zero) {
    const std::vector<Rational> u = program.point();
    for (std::size_t i = 0; i < n; ++i) point.push_back((u[i].nearest_double() - middle_[i]) / half_[i]);
  }
  points_.push_back(std::move(point));
  return std::nullopt;
}

// The greatest value of row + factor * other on the box.
double SideWalk::most(const std::vector<double>& row, const std::vector<double>& other, double factor) const {
  double result = row.back() + factor * other.back();
  for (std::size_t i = 0; i + 1 < row.size(); ++i) result += std::abs(row[i] + factor * other[i]);
  return result;
}

// The newest constraint alone, or with a multiple of another: the greatest value on the box is convex and piecewise
// linear in the factor, and least where some coordinate cancels.
std::optional<std::string> SideWalk::excluded_by_two() const {
  const std::size_t n = middle_.size(), last = constraints_.size() - 1;
  for (std::size_t c = 0; c <= last; ++c) {
    for (std::size_t i = 0; i < (c == last ? 1 : n); ++i) {
      const double factor = c == last ? 0.0 : -scaled_[last][i] / scaled_[c][i];
      if (!(factor >= 0.0) || !(most(scaled_[last], scaled_[c], factor) <= near_zero)) continue;
      const Rational exact = c == last ? Rational() : -constraints_[last].a[i] / constraints_[c].a[i];
      CellRow sum = constraints_[last];
      add_multiple(sum, exact, constraints_[c]);
      if (exact.sign() < 0 || most_on(ends_, sum).sign() > 0) continue;
      std::string token = 'x' + named(decided_[last]) + ":1";
      if (!exact.is_zero()) token += ',' + named(decided_[c]) + ':' + exact.canonical();
      return token;
    }
  }
  return std::nullopt;
}

// A point of the box well inside the cell.
std::vector<double> inside(const Cell& cell, const Box& box) {
  CellProgram program(box, 1.0);
  for (const CellRow& row : cell.constraints) program.positive(row);
  std::vector<double> point;
  if (!cell.constraints.empty() && program.solve() && !program.infeasible()) {
    for (const Rational& entry : program.point()) point.push_back(entry.nearest_double());
    return point;
  }
  for (std::size_t i = 0; i < box.lower.size(); ++i) point.push_back(0.5 * box.lower[i] + 0.5 * box.upper[i]);
  return point;
}

Reach reach_of(const Cell& cell, const Box& box, const CellRow& output, int sign) {
  const std::size_t n = box.lower.size(), count = cell.constraints.size();
  CellRow sum{std::vector<Rational>(n), Rational()};
  add_multiple(sum, Rational(sign), output);
  Reach reach{{}, std::vector<Rational>(count)};
  LinearProgram lp(static_cast<int>(n));
  std::vector<double> middle(n), half(n), size(count);
  for (std::size_t i = 0; i < n; ++i) {
    middle[i] = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    half[i] = 0.5 * (box.upper[i] - box.lower[i]);
    lp.lower[i] = -1.0;
    lp.upper[i] = 1.0;
    lp.cost[i] = -sum.a[i].nearest_double() * half[i];
  }
  for (std::size_t c = 0; c < count; ++c) {
    std::vector<double> row(n);
    Rational value = cell.constraints[c].b;
    for (std::size_t i = 0; i < n; ++i) {
      row[i] = cell.constraints[c].a[i].nearest_double() * half[i];
      size[c] += std::abs(row[i]);
      value.add_product(cell.constraints[c].a[i], Rational::from_double(middle[i]));
    }
    if (!(size[c] > 0.0)) size[c] = 1.0;
    for (double& entry : row) entry /= size[c];
    lp.add_row(row, -value.nearest_double() / size[c], infinity);
  }
  const auto solution = count > 0 ? lp.minimise() : std::nullopt;
  for (std::size_t c = 0; solution && !solution->infeasible && c < count; ++c) {
    const double y = std::abs(solution->duals[c]) / size[c];
    if (!(y > 0.0) || !std::isfinite(y)) continue;
    reach.y[c] = rounded(y, 24);
    add_multiple(sum, reach.y[c], cell.constraints[c]);
  }
  reach.most = most_on(ends_of(box), sum);
  return reach;
}

void find_reach(Cell& cell, const Box& box, std::size_t common) {
  for (std::size_t o = cell.up.size(); o < common; ++o) {
    cell.up.push_back(reach_of(cell, box, cell.outputs[o], 1));
    cell.down.push_back(reach_of(cell, box, cell.outputs[o], -1));
  }
}

// Forms of u, or of v, as forms of w.
CellRow lifted(const CellRow& row, bool second, bool negative) {
  const std::size_t n = row.a.size();
  CellRow result{std::vector<Rational>(2 * n), negative ? -row.b : row.b};
  for (std::size_t i = 0; i < n; ++i) result.a[second ? n + i : i] = negative ? -row.a[i] : row.a[i];
  return result;
}

class PairOfCells {
 public:
  /// `common`: how many of the first outputs are A's; all: the others are the inputs.
  PairOfCells(const Box& box, const Cell& p, const Cell& q, std::size_t common);
  /// The token, or nothing if E does not vanish.
  std::optional<std::string> settle() const;

 private:
  struct Multipliers {
    std::vector<Rational> of_outputs, of_constraints;
  };
  std::optional<Multipliers> told_apart_by_one() const;
  std::optional<Multipliers> proposed(bool strict, int bits) const;
  bool proves(const Multipliers& multipliers) const;
  bool vanish_with(const std::vector<CellRow>& zero) const;
  std::string token(const Multipliers& multipliers) const;

  const Box& box_;
  const Cell &p_, &q_;
  std::vector<CellRow> d_, e_, constraints_;
  std::vector<std::string> names_;
};

PairOfCells::PairOfCells(const Box& box, const Cell& p, const Cell& q, std::size_t common) : box_(box), p_(p), q_(q) {
  const std::size_t n = box.lower.size() / 2;
  for (std::size_t o = 0; o < p.outputs.size(); ++o) {
    CellRow gap = lifted(p.outputs[o], false, false);
    const CellRow other = lifted(q.outputs[o], true, true);
    for (std::size_t i = n; i < 2 * n; ++i) gap.a[i] = other.a[i];
    gap.b += other.b;
    (o < common ? d_ : e_).push_back(std::move(gap));
  }
  if (common == p.outputs.size()) {
    for (std::size_t i = 0; i < n; ++i) {
      CellRow& gap = e_.emplace_back(CellRow{std::vector<Rational>(2 * n), Rational()});
      gap.a[i] = Rational(1);
      gap.a[n + i] = Rational(-1);
    }
  }
  for (const bool second : {false, true}) {
    const Cell& cell = second ? q : p;
    for (const CellRow& row : cell.constraints) constraints_.push_back(lifted(row, second, false));
    names_.insert(names_.end(), cell.names.begin(), cell.names.end());
  }
}

int rank(const std::vector<CellRow>& rows, std::size_t n, bool with_constants) {
  RationalMatrix matrix(static_cast<int>(rows.size()), static_cast<int>(n) + (with_constants ? 1 : 0));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < n; ++i) matrix.set(static_cast<int>(r), static_cast<int>(i), rows[r].a[i]);
    if (with_constants) matrix.set(static_cast<int>(r), static_cast<int>(n), rows[r].b);
  }
  return static_cast<int>(matrix.pivots().size());
}

// Where these are 0, E is 0; or they are never 0 together.
bool PairOfCells::vanish_with(const std::vector<CellRow>& zero) const {
  const std::size_t n = box_.lower.size();
  const int known = rank(zero, n, true);
  if (known > rank(zero, n, false)) return true;
  std::vector<CellRow> all = zero;
  all.insert(all.end(), e_.begin(), e_.end());
  return rank(all, n, true) == known;
}

std::optional<std::string> PairOfCells::settle() const {
  if (vanish_with(d_)) return ".";
  if (const auto one = told_apart_by_one()) return token(*one);
  for (const bool strict : {true, false}) {
    for (const int bits : {12, 53}) {
      const auto multipliers = proposed(strict, bits);
      if (!multipliers) break;
      if (proves(*multipliers)) return token(*multipliers);
    }
  }
  return std::nullopt;
}

// Some output of A is smaller all over the one cell than anywhere in the other.
std::optional<PairOfCells::Multipliers> PairOfCells::told_apart_by_one() const {
  for (std::size_t o = 0; o < d_.size(); ++o) {
    for (const bool less : {false, true}) {
      const Reach &of_p = less ? p_.up[o] : p_.down[o], &of_q = less ? q_.down[o] : q_.up[o];
      if ((of_p.most + of_q.most).sign() >= 0) continue;
      Multipliers result{std::vector<Rational>(d_.size()), of_p.y};
      result.of_outputs[o] = Rational(less ? 1 : -1);
      result.of_constraints.insert(result.of_constraints.end(), of_q.y.begin(), of_q.y.end());
      return result;
    }
  }
  return std::nullopt;
}

// Multipliers with a . D + y . r + (multiples of the distances to the sides of the box) = -t, where t = 1 if `strict`;
// otherwise t = 0, and as many of them are positive as can be.
std::optional<PairOfCells::Multipliers> PairOfCells::proposed(bool strict, int bits) const {
  const std::size_t n = box_.lower.size();
  const std::size_t outputs = d_.size(), count = constraints_.size();
  const std::size_t bounded = count + 2 * n;  // constraints, lower sides, upper sides
  const std::size_t columns = outputs + bounded;
  // Forms of the columns, exactly, in units of their size.
  std::vector<CellRow> form = d_;
  form.insert(form.end(), constraints_.begin(), constraints_.end());
  for (const bool upper : {false, true}) {
    for (std::size_t i = 0; i < n; ++i) {
      CellRow& side = form.emplace_back(CellRow{std::vector<Rational>(n), Rational()});
      side.a[i] = Rational(upper ? -1 : 1);
      side.b = Rational::from_double(upper ? box_.upper[i] : -box_.lower[i]);
    }
  }
  std::vector<double> middle(n), half(n), size(columns);
  std::vector<std::vector<double>> entry(n + 1, std::vector<double>(columns));
  for (std::size_t i = 0; i < n; ++i) {
    middle[i] = 0.5 * box_.lower[i] + 0.5 * box_.upper[i];
    half[i] = 0.5 * (box_.upper[i] - box_.lower[i]);
  }
  for (std::size_t c = 0; c < columns; ++c) {
    Rational value = form[c].b;
    for (std::size_t i = 0; i < n; ++i) {
      entry[i][c] = form[c].a[i].nearest_double() * half[i];
      size[c] += std::abs(entry[i][c]);
      value.add_product(form[c].a[i], Rational::from_double(middle[i]));
    }
    entry[n][c] = value.nearest_double();
    size[c] = std::max(size[c], std::abs(entry[n][c]));
    if (!(size[c] > 0.0)) size[c] = 1.0;
    for (std::size_t i = 0; i <= n; ++i) entry[i][c] /= size[c];
  }
  LinearProgram lp(static_cast<int>(columns + bounded));  // and how positive each is, up to 1
  for (std::size_t c = 0; c < columns; ++c) {
    lp.lower[c] = c < outputs ? -infinity : 0.0;
    lp.upper[c] = infinity;
  }
  for (std::size_t b = 0; b < bounded; ++b) {
    lp.lower[columns + b] = 0.0;
    lp.upper[columns + b] = strict ? 0.0 : 1.0;
    lp.cost[columns + b] = -1.0;
    if (strict) lp.cost[outputs + b] = 1.0;
  }
  for (std::size_t i = 0; i <= n; ++i) {
    std::vector<double> row = entry[i];
    row.resize(columns + bounded);
    const double right = i == n && strict ? -1.0 : 0.0;
    lp.add_row(row, right, right);
  }
  for (std::size_t b = 0; b < bounded && !strict; ++b) {
    std::vector<double> row(columns + bounded);
    row[outputs + b] = 1.0;
    row[columns + b] = -1.0;
    lp.add_row(row, 0.0, infinity);
  }
  const auto solution = lp.minimise();
  if (!solution || solution->infeasible || (!strict && solution->objective > -0.5)) return std::nullopt;
  // The same equations, exactly, for those that are not 0.
  std::vector<std::size_t> support;
  for (std::size_t c = 0; c < columns; ++c) {
    if (std::abs(solution->v[c]) > 1e-9) support.push_back(c);
  }
  RationalMatrix matrix(static_cast<int>(n) + 1, static_cast<int>(support.size()));
  std::vector<Rational> right(n + 1), guess;
  if (strict) right[n] = Rational(-1);
  for (std::size_t s = 0; s < support.size(); ++s) {
    const CellRow& row = form[support[s]];
    for (std::size_t i = 0; i < n; ++i) matrix.set(static_cast<int>(i), static_cast<int>(s), row.a[i]);
    matrix.set(static_cast<int>(n), static_cast<int>(s), row.b);
    guess.push_back(rounded(solution->v[support[s]] / size[support[s]], bits));
  }
  auto exact = matrix.solutions(right, guess);
  Multipliers result{std::vector<Rational>(outputs), std::vector<Rational>(count)};
  for (std::size_t s = 0; s < support.size(); ++s) {
    const std::size_t c = support[s];
    Rational& value = exact ? exact->x[s] : guess[s];  // what is strict may hold without them
    if (c < outputs) {
      result.of_outputs[c] = std::move(value);
    } else if (c < outputs + count) {
      result.of_constraints[c - outputs] = std::move(value);
    }
  }
  return result;
}

bool PairOfCells::proves(const Multipliers& multipliers) const {
  const std::size_t n = box_.lower.size();
  const auto ends = ends_of(box_);
  CellRow sum{std::vector<Rational>(n), Rational()};
  std::vector<CellRow> zero = d_;
  for (std::size_t o = 0; o < d_.size(); ++o) add_multiple(sum, multipliers.of_outputs[o], d_[o]);
  for (std::size_t c = 0; c < constraints_.size(); ++c) {
    const Rational& y = multipliers.of_constraints[c];
    if (y.sign() < 0) return false;
    if (y.is_zero()) continue;
    add_multiple(sum, y, constraints_[c]);
    zero.push_back(constraints_[c]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (sum.a[i].is_zero()) continue;
    CellRow& side = zero.emplace_back(CellRow{std::vector<Rational>(n), Rational()});
    side.a[i] = Rational(1);
    side.b = -(sum.a[i].sign() > 0 ? ends[i].second : ends[i].first);
  }
  const Rational most = most_on(ends, sum);
  return most.sign() < 0 || (most.is_zero() && vanish_with(zero));
}

std::string PairOfCells::token(const Multipliers& multipliers) const {
  std::string text = ".";
  bool first = true;
  const auto add = [&](const std::string& name, const Rational& factor) {
    if (factor.is_zero()) return;
    if (!first) text += ',';
    first = false;
    text += name + ':' + factor.canonical();
  };
  for (std::size_t o = 0; o < d_.size(); ++o) add(std::to_string(o), multipliers.of_outputs[o]);
  const bool more = std::any_of(multipliers.of_constraints.begin(), multipliers.of_constraints.end(),
                                [](const Rational& y) { return !y.is_zero(); });
  if (more) text += ';';
  first = true;
  for (std::size_t c = 0; c < constraints_.size(); ++c) add(names_[c], multipliers.of_constraints[c]);
  return text;
}

}  // namespace

std::vector<int> directions_seen(const Network& network) {
  RationalMatrix g(network.neuron_count() + network.output_count(), network.inputs);
  int row = 0;
  for (const std::vector<AffineRow>* rows : {&network.neurons, &network.outputs}) {
    for (const AffineRow& affine : *rows) {
      for (const Term& term : affine.terms) {
        if (term.variable < network.inputs) g.set(row, term.variable, term.coefficient);
      }
      ++row;
    }
  }
  return g.pivots();
}

PairCells::PairCells(const Problem& problem, const RegionNetwork& root)
    : problem_(problem),
      root_(root),
      second_network_(*problem.network),
      second_(problem),
      dimension_(static_cast<int>(directions_seen(*problem.network).size())) {
  for (int& j : second_network_.number) j += problem.neurons_as_read;
  second_.network = &second_network_;
}

std::vector<Phase> PairCells::phases(const Box& box, double& cells) const {
  Bounder bounder;
  bounder.enclose(root_, box);
  const double margin = std::max(problem_.margin, near_zero);
  std::vector<Phase> phase = bounder.phase();
  int undecided = 0;
  for (int p = 0; p < root_.neurons(); ++p) {
    const double low = bounder.lower(p), high = bounder.upper(p);
    if (low >= margin * (high - low) || high <= margin * (low - high)) continue;
    phase[at(p)] = Phase::unstable;
    ++undecided;
  }
  double choices = 1.0;
  cells = 0.0;
  for (int i = 0; i <= std::min(dimension_, undecided); ++i) {
    cells += choices;
    choices *= static_cast<double>(undecided - i) / (i + 1);
  }
  return phase;
}

PairCells::Outcome PairCells::settle(const Box& x, const Box& y, double most) const {
  double cells_of_x = 0.0, cells_of_y = 0.0;
  auto on_x = phases(x, cells_of_x);
  if (cells_of_x > most) return {};
  auto on_y = phases(y, cells_of_y);
  if (cells_of_x * cells_of_y > most) return {};
  SideWalk first(problem_, x, std::move(on_x)), second(second_, y, std::move(on_y));
  const auto tree = first.proof(), subtree = second.proof();
  if (!tree || !subtree) return {};
  Box both = x;
  both.lower.insert(both.lower.end(), y.lower.begin(), y.lower.end());
  both.upper.insert(both.upper.end(), y.upper.begin(), y.upper.end());
  const std::size_t common = at(problem_.common_outputs());
  std::string proof;
  auto p = first.cells.begin();
  for (const char outer : *tree) {
    if (outer != mark) {
      proof += outer;
      continue;
    }
    auto q = second.cells.begin();
    for (const char inner : *subtree) {
      if (inner != mark) {
        proof += inner;
        continue;
      }
      find_reach(*p, x, common);
      find_reach(*q, y, common);
      const auto token = PairOfCells(both, *p, *q, common).settle();
      if (!token) return {std::nullopt, inside(*p, x), inside(*q, y)};
      proof += *token;
      ++q;
    }
    ++p;
  }
  return {std::move(proof), {}, {}};
}

}  // namespace foldproof
