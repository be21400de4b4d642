#include "search/pair_program.h"

#include <algorithm>
#include <cmath>

#include "number/scalar.h"

namespace foldproof {

double apart(const PointPair& pair) {
  double result = 0.0;
  for (std::size_t i = 0; i < pair.x.size(); ++i) result = std::max(result, std::abs(pair.x[i] - pair.y[i]));
  return result;
}

std::vector<double> blend(const std::vector<double>& a, const std::vector<double>& b, double e) {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back((1.0 - e) * a[i] + e * b[i]);
  return result;
}

std::vector<double> absolute(const Problem& problem, const std::vector<double>& u) {
  std::vector<double> result;
  for (std::size_t i = 0; i < u.size(); ++i) {
    result.push_back((problem.centre[i] + Rational::from_double(u[i])).nearest_double());
  }
  return result;
}

PairProgram::PairProgram(const Problem& problem, const RegionNetwork& root, const std::vector<double>& p,
                         const std::vector<double>& q, const Box& limits)
    : unit_(std::ilogb(limits.reach())),
      n_(p.size()),
      neurons_(at(root.neurons())),
      common_(at(problem.common_outputs())),
      points_{scaled(p), scaled(q)},
      lp_(static_cast<int>(2 * n_ + 2)),
      balls_{problem.norm, n_, 2 * n_, {0, n_}} {
  root.piece_at(p, piece_[0]);
  root.piece_at(q, piece_[1]);
  const double reach = scaled(limits.reach());
  add_cube_rows(lp_, balls_);
  for (std::size_t side = 0; side < 2; ++side) {
    for (std::size_t i = 0; i < n_; ++i) {
      lp_.lower[side * n_ + i] = scaled(limits.lower[i]);
      lp_.upper[side * n_ + i] = scaled(limits.upper[i]);
    }
    for (int k = 0; k < root.neurons(); ++k) {
      const double* const gradient = &piece_[side].gradient[at(k) * n_];
      double offset = scaled(piece_[side].value[at(k)]);
      double size = 0.0;
      for (std::size_t i = 0; i < n_; ++i) {
        offset -= gradient[i] * points_[side][i];
        size += std::abs(gradient[i]);
      }
      if (size == 0.0 || std::abs(offset) > size * reach) continue;
      const double sign = (piece_[side].active[at(k)] != 0 ? 1.0 : -1.0) / size;
      std::vector<double> row(2 * n_ + 2, 0.0);
      for (std::size_t i = 0; i < n_; ++i) row[side * n_ + i] = sign * gradient[i];
      row[2 * n_ + 1] = -1.0;
      lp_.add_row(row, -sign * offset, infinity);
    }
  }
  for (std::size_t o = 0; o < common_; ++o) {
    std::vector<double> row(2 * n_ + 2, 0.0);
    double right = 0.0, size = 0.0;
    for (std::size_t side = 0; side < 2; ++side) {
      const double factor = side == 0 ? 1.0 : -1.0;
      const std::size_t k = neurons_ + o;
      right -= factor * scaled(piece_[side].value[k]);
      for (std::size_t i = 0; i < n_; ++i) {
        row[side * n_ + i] = factor * piece_[side].gradient[k * n_ + i];
        right += row[side * n_ + i] * points_[side][i];
        size = std::max(size, std::abs(row[side * n_ + i]));
      }
    }
    if (size > 0.0) {
      const int exponent = std::ilogb(size);
      for (double& entry : row) entry = std::ldexp(entry, -exponent);
      right = std::ldexp(right, -exponent);
    }
    lp_.add_row(row, right, right);
  }
  lp_.upper[2 * n_] = scaled(limits.reach(problem.norm));
  lp_.cost[2 * n_] = 1.0;
}

std::vector<double> PairProgram::scaled(std::vector<double> u) const {
  for (double& entry : u) entry = scaled(entry);
  return u;
}

void PairProgram::restrict_to(const Box& x, const Box& y) {
  for (std::size_t i = 0; i < n_; ++i) {
    lp_.lower[i] = std::max(lp_.lower[i], scaled(x.lower[i]));
    lp_.upper[i] = std::min(lp_.upper[i], scaled(x.upper[i]));
    lp_.lower[n_ + i] = std::max(lp_.lower[n_ + i], scaled(y.lower[i]));
    lp_.upper[n_ + i] = std::min(lp_.upper[n_ + i], scaled(y.upper[i]));
    if (lp_.lower[i] > lp_.upper[i] || lp_.lower[n_ + i] > lp_.upper[n_ + i]) empty_ = true;
  }
}

std::optional<PointPair> PairProgram::deepest() {
  lp_.cost[2 * n_] = 0.0;
  lp_.cost[2 * n_ + 1] = -1.0;
  lp_.upper[2 * n_ + 1] = 1.0;
  return solve();
}

void PairProgram::start_near(const PointPair& pair) {
  add_cut(lp_, balls_, 0, scaled(pair.x));
  add_cut(lp_, balls_, n_, scaled(pair.y));
}

std::optional<PointPair> PairProgram::solve(double most) {
  if (empty_) return std::nullopt;
  const auto solution = minimise_in_norm(lp_, balls_, scaled(most));
  if (!solution || solution->infeasible) return std::nullopt;
  PointPair pair;
  const auto begin = solution->v.begin();
  pair.x.assign(begin, begin + static_cast<std::ptrdiff_t>(n_));
  pair.y.assign(begin + static_cast<std::ptrdiff_t>(n_), begin + static_cast<std::ptrdiff_t>(2 * n_));
  for (std::vector<double>* const point : {&pair.x, &pair.y}) {
    for (double& entry : *point) entry = std::ldexp(entry, unit_);
  }
  pair.radius = std::max(norm_of(balls_.norm, pair.x), norm_of(balls_.norm, pair.y));
  pair.slack = std::ldexp(solution->v[2 * n_ + 1], unit_);
  return pair;
}

std::optional<PointPair> PairProgram::off_diagonal(const std::vector<double>& weights) {
  // Along the weights: sum_i w_i (x_i - y_i), or w . (B_P(x) - B_Q(y)) = row . (x, y) + constant.
  const bool inputs = piece_[0].gradient.size() == (neurons_ + common_) * n_;
  std::vector<double> row(2 * n_ + 2, 0.0);
  double constant = 0.0;
  for (std::size_t side = 0; side < 2; ++side) {
    const double sign = side == 0 ? 1.0 : -1.0;
    for (std::size_t w = 0; w < weights.size(); ++w) {
      if (inputs) {
        row[side * n_ + w] = sign * weights[w];
        continue;
      }
      const std::size_t k = neurons_ + common_ + w;
      constant += sign * weights[w] * scaled(piece_[side].value[k]);
      for (std::size_t i = 0; i < n_; ++i) {
        const double coefficient = sign * weights[w] * piece_[side].gradient[k * n_ + i];
        row[side * n_ + i] += coefficient;
        constant -= coefficient * points_[side][i];
      }
    }
  }
  double reach = 0.0;
  for (std::size_t i = 0; i < 2 * n_; ++i) reach = std::max({reach, -lp_.lower[i], lp_.upper[i]});
  // What the solver's tolerance may look like.
  double size = reach;
  if (!inputs) size *= std::max(piece_[0].output_size, piece_[1].output_size);
  double best = 0.0;
  for (const double sign : {1.0, -1.0}) {
    for (std::size_t i = 0; i < 2 * n_; ++i) lp_.cost[i] = -sign * row[i];
    lp_.cost[2 * n_] = lp_.cost[2 * n_ + 1] = 0.0;
    lp_.upper[2 * n_ + 1] = 1.0;
    const auto pair = solve();
    if (!pair) return std::nullopt;
    double off = constant;
    for (std::size_t i = 0; i < n_; ++i) off += row[i] * scaled(pair->x[i]) + row[n_ + i] * scaled(pair->y[i]);
    if (sign * off > std::abs(best)) best = off;
  }
  if (!(std::abs(best) > 1e-9 * size)) return std::nullopt;
  std::fill(lp_.cost.begin(), lp_.cost.end(), 0.0);
  lp_.add_row(row, best > 0.0 ? 0.5 * best - constant : -infinity, best > 0.0 ? infinity : 0.5 * best - constant);
  return deepest();
}

}  // namespace foldproof
