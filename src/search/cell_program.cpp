// In box coordinates v in [-1, 1]^n, each row divided by the sum of the sizes of its coefficients there.
#include "search/cell_program.h"

#include <cmath>

#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr int most_half_spaces = 20;
constexpr double nearly = 1e-9;  // in the ball
constexpr double no_slack = 1e-7;

}  // namespace

Rational value_at(const CellRow& row, const std::vector<Rational>& u) {
  Rational value = row.b;
  for (std::size_t i = 0; i < u.size(); ++i) value.add_product(row.a[i], u[i]);
  return value;
}

bool lies_between(const std::vector<std::pair<Rational, Rational>>& ends, const std::vector<Rational>& u) {
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (u[i] < ends[i].first || u[i] > ends[i].second) return false;
  }
  return true;
}

Rational most_on(const std::vector<std::pair<Rational, Rational>>& ends, const CellRow& row) {
  Rational most = row.b;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    most.add_product(row.a[i], row.a[i].sign() > 0 ? ends[i].second : ends[i].first);
  }
  return most;
}

CellRow half_space_around(const Ball& ball, const std::vector<Rational>& u) {
  std::vector<double> near;
  for (const Rational& entry : u) near.push_back(entry.nearest_double());
  const double size = norm_of(ball.norm, near);
  CellRow row;
  for (const double entry : near)
    row.a.push_back(ball.norm == Norm::l2 ? Rational::from_double(-entry / size) : Rational(entry < 0.0 ? 1 : -1));
  row.b = Rational::from_double(ball.radius) * (ball.norm == Norm::l2 ? norm_upper(Norm::l2, row.a) : Rational(1));
  return row;
}

void add_multiple(CellRow& sum, const Rational& factor, const CellRow& row) {
  for (std::size_t i = 0; i < sum.a.size(); ++i) sum.a[i].add_product(factor, row.a[i]);
  sum.b.add_product(factor, row.b);
}

std::vector<std::pair<Rational, Rational>> ends_of(const Box& box) {
  std::vector<std::pair<Rational, Rational>> ends;
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    ends.emplace_back(Rational::from_double(box.lower[i]), Rational::from_double(box.upper[i]));
  }
  return ends;
}

std::vector<std::pair<Rational, Rational>> part_in_domain(const Problem& problem, const Box& box) {
  auto ends = ends_of(box);
  for (std::size_t i = 0; i < problem.domain.size(); ++i) {
    ends[i].first = std::max(ends[i].first, problem.domain[i].first - problem.centre[i]);
    ends[i].second = std::min(ends[i].second, problem.domain[i].second - problem.centre[i]);
  }
  return ends;
}

CellProgram::CellProgram(const Box& box, double most_slack)
    : lp_(box.size() + 1), ball_(box.sticks_out() ? box.ball : Ball{}) {
  const std::size_t n = box.lower.size();
  for (std::size_t i = 0; i < n; ++i) {
    middle_.push_back(0.5 * box.lower[i] + 0.5 * box.upper[i]);
    half_.push_back(0.5 * (box.upper[i] - box.lower[i]));
    lp_.lower[i] = -1.0;
    lp_.upper[i] = 1.0;
  }
  lp_.lower[n] = -infinity;
  lp_.upper[n] = most_slack;
  lp_.cost[n] = -1.0;
}

void CellProgram::add(const CellRow& row, bool is_zero, bool has_slack) {
  const std::size_t n = middle_.size();
  std::vector<double> entries(n + 1, 0.0);
  double size = 0.0;
  Rational value = row.b;
  for (std::size_t i = 0; i < n; ++i) {
    entries[i] = row.a[i].nearest_double() * half_[i];
    size += std::abs(entries[i]);
    value.add_product(row.a[i], Rational::from_double(middle_[i]));
  }
  if (!(size > 0.0)) {
    fine_ = fine_ && is_zero;
    size = 1.0;  // 0 = 0, or there is no solution
  }
  for (double& entry : entries) entry /= size;
  if (!is_zero && has_slack) entries[n] = -1.0;
  const double right = -value.nearest_double() / size;
  lp_.add_row(entries, right, is_zero ? right : infinity);
  rows_.push_back(std::move(entries));
  right_.push_back(right);
  scale_.push_back(size);
}

bool CellProgram::solve() {
  while (fine_) {
    auto solution = lp_.minimise();
    if (!solution) return false;
    solution_ = std::move(*solution);
    if (ball_.norm == Norm::linf || infeasible() || slack() <= no_slack) return true;
    const std::vector<Rational> u = point();
    if (norm_upper(ball_.norm, u).nearest_double() <= ball_.radius * (1.0 + nearly)) return true;
    if (half_spaces_.size() == most_half_spaces) return true;
    half_spaces_.push_back(half_space_around(ball_, u));
    add(half_spaces_.back(), false, false);
  }
  return false;
}

std::vector<Rational> CellProgram::point() const {
  std::vector<Rational> u;
  for (std::size_t i = 0; i < middle_.size(); ++i) {
    u.push_back(Rational::from_double(middle_[i] + half_[i] * solution_.v[i]));
  }
  return u;
}

std::vector<double> CellProgram::multipliers() const {
  std::vector<double> result;
  for (std::size_t r = 0; r < solution_.duals.size(); ++r) {
    result.push_back(solution_.duals[r] / scale_[r]);
    if (!std::isfinite(result.back())) return {};
  }
  return result;
}

double CellProgram::distance(std::size_t row) const {
  double value = -right_[row];
  for (std::size_t i = 0; i < middle_.size(); ++i) value += rows_[row][i] * solution_.v[i];
  return std::abs(value);
}

}  // namespace foldproof
