// Claim: proof() returns only if every cell P whose interior meets the box's was settled by settle().
// Method: decide the undecided neurons one by one in the order of their numbers (a topological one); each decision adds
// the open half-space +-z_j > 0, affine and exact because everything upstream is decided. A branch is cut only by an
// exact certificate that its open polyhedron does not matter: y >= 0, y != 0, with sum_i y_i r_i(u) <= 0 on all of the
// box that lies in its ball for its constraints r_i > 0, if cells whose interior meets that are the ones that matter.
// The LP only says which constraints to combine; the multipliers are then solved for in rationals, so that hinges
// through a common point, which leave no room for rounding, are decided too. The half-spaces that make the ball known
// to the LP are combined as well, but proofs need not name them: given y, the best of them is found again
// (bounds/box.h). A pre-activation that does not depend on u on its piece is not a hinge. Branches that survive to the
// end are cells (or could be).
#include "search/cell_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "number/scalar.h"

namespace foldproof {

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
      const auto empty = surely_empty();
      if (empty) proof_ += *empty + ' ';
      const bool fine = empty || decide(place + 1);
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

std::optional<std::string> CellWalk::empty_on(const Box& box, const std::vector<std::pair<Rational, Rational>>& ends,
                                              bool strictly) const {
  const std::size_t n = ends.size();
  CellProgram program(box, std::numeric_limits<double>::infinity());
  for (const CellRow& row : constraints_) program.positive(row);
  if (!program.solve() || program.infeasible() || program.slack() > 1e-7) return std::nullopt;

  // Which constraints combine, and which coordinates must cancel.
  const std::vector<double> multipliers = program.multipliers();
  std::vector<std::size_t> support;
  std::vector<double> gradient(n, 0.0);
  for (std::size_t c = 0; c < multipliers.size(); ++c) {
    const double y = std::abs(program.dual(c));
    if (y < 1e-9) continue;
    support.push_back(c);
    for (std::size_t i = 0; i < n; ++i) gradient[i] += y * program.slope(c, i);
  }
  std::vector<std::size_t> cancel;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::abs(gradient[i]) < 1e-9) cancel.push_back(i);
  }
  if (support.empty()) return std::nullopt;
  // The certificate, exactly.
  const auto proved = [&](const std::vector<Rational>& y) -> std::optional<std::string> {
    CellRow sum{std::vector<Rational>(n), {}};
    std::string token;
    for (std::size_t s = 0; s < support.size(); ++s) {
      if (y[s].sign() < 0) return std::nullopt;
      if (y[s].is_zero() || support[s] >= constraints_.size()) continue;
      add_multiple(sum, y[s], constraints_[support[s]]);
      token += (token.empty() ? 'x' : ',') + named(decided_[support[s]]) + ':' + y[s].canonical();
    }
    Rational most = most_on(ends, sum);
    if (most.sign() >= 0 && box.sticks_out()) most = std::min(most, sum.b + most_on(box, sum.a));
    if (token.empty() || most.sign() > 0 || (strictly && most.is_zero())) return std::nullopt;
    return token;
  };
  std::vector<Rational> y;
  for (const std::size_t c : support) y.push_back(Rational::from_double(std::abs(multipliers[c])));
  if (cancel.empty()) return proved(y);
  RationalMatrix matrix(static_cast<int>(cancel.size()), static_cast<int>(support.size()));
  for (std::size_t r = 0; r < cancel.size(); ++r) {
    for (std::size_t s = 0; s < support.size(); ++s) {
      const std::size_t c = support[s];
      const CellRow& row = c < constraints_.size() ? constraints_[c] : program.half_spaces()[c - constraints_.size()];
      matrix.set(static_cast<int>(r), static_cast<int>(s), row.a[cancel[r]]);
    }
  }
  auto null = matrix.null_vector();
  if (null && std::any_of(null->begin(), null->end(), [](const Rational& e) { return e.sign() < 0; })) {
    for (Rational& entry : *null) entry = -entry;
  }
  auto token = null ? proved(*null) : std::nullopt;
  // Half-spaces that hold a round ball are rounded: the equations may have no solution, and need none.
  return token || program.half_spaces().empty() ? token : proved(y);
}

std::optional<std::vector<Phase>> phases_on(const RegionNetwork& root, const Box& box, int most_unstable) {
  Bounder bounder;
  bounder.enclose(root, box);
  if (bounder.unstable() > most_unstable) return std::nullopt;
  return bounder.phase();
}

}  // namespace foldproof
