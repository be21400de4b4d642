// Claim: proof() returns only if every cell P whose interior meets the box's was settled by settle().
// Method: decide the undecided neurons one by one in the order of their numbers (a topological one); each decision adds
// the open half-space +-z_j > 0, affine and exact because everything upstream is decided. A branch is cut only by an
// exact certificate that its open polyhedron is empty: y >= 0, y != 0, with sum_i y_i r_i(u) <= 0 on the whole box for
// its constraints r_i > 0. The LP only says which constraints to combine; the multipliers are then solved for in
// rationals, so that hinges through a common point, which leave no room for rounding, are decided too. A pre-activation
// that does not depend on u on its piece is not a hinge. Branches that survive to the end are cells (or could be).
#include "search/cell_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/linear_program.h"

namespace foldproof {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

CellWalk::CellWalk(const Problem& problem, const Box& box, std::vector<Phase> phase)
    : network_(*problem.network), centre_(problem.centre), box_(box), phase_(std::move(phase)) {
  rows_.resize(phase_.size());
  active_.resize(phase_.size());
  order_.resize(phase_.size());
  std::iota(order_.begin(), order_.end(), 0);
  const auto before = [&](int a, int b) { return network_.number[at(a)] < network_.number[at(b)]; };
  std::sort(order_.begin(), order_.end(), before);
}

std::optional<std::string> CellWalk::proof() {
  if (!decide(0)) return std::nullopt;
  proof_.pop_back();  // the space after the last token
  return std::move(proof_);
}

CellRow CellWalk::compose(const AffineRow& row) const {
  const int n = network_.inputs;
  CellRow result{std::vector<Rational>(at(n)), row.constant};
  for (const Term& term : row.terms) {
    if (term.variable < n) {
      result.a[at(term.variable)] += term.coefficient;
      result.b.add_product(term.coefficient, centre_[at(term.variable)]);
    } else if (active_[at(term.variable - n)]) {
      const CellRow& source = rows_[at(term.variable - n)];
      for (int i = 0; i < n; ++i) result.a[at(i)].add_product(term.coefficient, source.a[at(i)]);
      result.b.add_product(term.coefficient, source.b);
    }
  }
  return result;
}

// Neurons from a place of the order on; false as soon as some cell is not settled.
bool CellWalk::decide(std::size_t place) {
  for (; place < order_.size(); ++place) {
    const int j = order_[place];
    rows_[at(j)] = compose(network_.neurons[at(j)]);
    const CellRow& row = rows_[at(j)];
    if (phase_[at(j)] != Phase::unstable) {
      active_[at(j)] = phase_[at(j)] == Phase::active;
      continue;
    }
    if (std::all_of(row.a.begin(), row.a.end(), [](const Rational& x) { return x.is_zero(); })) {
      active_[at(j)] = row.b.sign() > 0;
      continue;
    }
    proof_ += 's' + named(j) + ' ';
    for (const bool active : {true, false}) {
      active_[at(j)] = active;
      CellRow constraint = row;
      if (!active) {
        for (Rational& entry : constraint.a) entry = -entry;
        constraint.b = -constraint.b;
      }
      constraints_.push_back(std::move(constraint));
      decided_.push_back(j);
      const bool fine = surely_empty() || decide(place + 1);
      constraints_.pop_back();
      decided_.pop_back();
      if (!fine) return false;
    }
    return true;
  }
  const auto token = settle();
  if (!token) return false;
  proof_ += *token + ' ';
  return true;
}

bool CellWalk::surely_empty() {
  const std::size_t n = box_.lower.size();
  const std::size_t count = constraints_.size();
  // Greatest common slack over the box, in box coordinates v in [-1, 1]^n.
  LinearProgram lp(static_cast<int>(n) + 1);
  std::vector<double> middle(n), half(n);
  for (std::size_t i = 0; i < n; ++i) {
    middle[i] = 0.5 * box_.lower[i] + 0.5 * box_.upper[i];
    half[i] = 0.5 * (box_.upper[i] - box_.lower[i]);
    lp.lower[i] = -1.0;
    lp.upper[i] = 1.0;
  }
  lp.lower[n] = -infinity;
  lp.upper[n] = infinity;
  lp.cost[n] = -1.0;
  std::vector<double> scale(count);
  for (std::size_t c = 0; c < count; ++c) {
    std::vector<double> row(n + 1, 0.0);
    double size = 0.0;
    Rational value = constraints_[c].b;
    for (std::size_t i = 0; i < n; ++i) {
      row[i] = constraints_[c].a[i].nearest_double() * half[i];
      size += std::abs(row[i]);
      value.add_product(constraints_[c].a[i], Rational::from_double(middle[i]));
    }
    if (!(size > 0.0)) return false;
    for (double& entry : row) entry /= size;
    scale[c] = size;
    row[n] = -1.0;
    lp.add_row(row, -value.nearest_double() / size, infinity);
  }
  const auto solution = lp.minimise();
  if (!solution || solution->infeasible || -solution->objective > 1e-7) return false;

  // Which constraints combine, and which coordinates must cancel.
  std::vector<std::size_t> support;
  std::vector<double> gradient(n, 0.0);
  for (std::size_t c = 0; c < count; ++c) {
    const double y = std::abs(solution->duals[c]);
    if (y < 1e-9) continue;
    support.push_back(c);
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] += y * constraints_[c].a[i].nearest_double() * half[i] / scale[c];
    }
  }
  std::vector<std::size_t> cancel;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::abs(gradient[i]) < 1e-9) cancel.push_back(i);
  }
  if (support.empty()) return false;
  for (const std::size_t c : support) {
    if (!std::isfinite(solution->duals[c] / scale[c])) return false;
  }
  std::vector<Rational> y;
  if (cancel.empty()) {
    for (const std::size_t c : support) y.push_back(Rational::from_double(std::abs(solution->duals[c]) / scale[c]));
  } else {
    RationalMatrix matrix(static_cast<int>(cancel.size()), static_cast<int>(support.size()));
    for (std::size_t r = 0; r < cancel.size(); ++r) {
      for (std::size_t s = 0; s < support.size(); ++s) {
        matrix.set(static_cast<int>(r), static_cast<int>(s), constraints_[support[s]].a[cancel[r]]);
      }
    }
    auto null = matrix.null_vector();
    if (!null) return false;
    y = std::move(*null);
    const bool flip = std::any_of(y.begin(), y.end(), [](const Rational& e) { return e.sign() < 0; });
    if (flip) {
      for (Rational& entry : y) entry = -entry;
    }
  }
  // The certificate, exactly.
  Rational bound;
  std::vector<Rational> total(n);
  bool positive = false;
  for (std::size_t s = 0; s < support.size(); ++s) {
    if (y[s].sign() < 0) return false;
    positive = positive || y[s].sign() > 0;
    bound.add_product(y[s], constraints_[support[s]].b);
    for (std::size_t i = 0; i < n; ++i) total[i].add_product(y[s], constraints_[support[s]].a[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    bound.add_product(total[i], Rational::from_double(total[i].sign() > 0 ? box_.upper[i] : box_.lower[i]));
  }
  if (!positive || bound.sign() > 0) return false;
  char mark = 'x';
  for (std::size_t s = 0; s < support.size(); ++s) {
    proof_ += mark + named(decided_[support[s]]) + ':' + y[s].canonical();
    mark = ',';
  }
  proof_ += ' ';
  return true;
}

std::optional<std::vector<Phase>> phases_on(const RegionNetwork& root, const Box& box, int most_unstable) {
  Bounder bounder;
  bounder.enclose(root, box);
  if (bounder.unstable() > most_unstable) return std::nullopt;
  return bounder.phase();
}

}  // namespace foldproof
