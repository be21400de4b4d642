#include "search/preimage_finder.h"

#include <algorithm>
#include <cmath>

#include "number/scalar.h"
#include "search/norm_cuts.h"

namespace foldproof {

namespace {

constexpr int most_steps = 12;

// The least-squares solution of J d = r for J with full column rank, in plain double; empty if the rank is in doubt.
std::vector<double> newton_step(const double* jacobian, const std::vector<double>& r, std::size_t n) {
  const std::size_t m = r.size();
  if (m < n) return {};
  const std::size_t width = n + 1;
  std::vector<double> a(n * width, 0.0);
  const bool square = m == n;
  double size = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double& entry = a[i * width + j];
      if (square) entry = jacobian[i * n + j];
      for (std::size_t o = 0; !square && o < m; ++o) entry += jacobian[o * n + i] * jacobian[o * n + j];
      size = std::max(size, std::abs(entry));
    }
    double& right = a[i * width + n];
    if (square) right = r[i];
    for (std::size_t o = 0; !square && o < m; ++o) right += jacobian[o * n + i] * r[o];
  }
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t best = c;
    for (std::size_t i = c + 1; i < n; ++i) {
      if (std::abs(a[i * width + c]) > std::abs(a[best * width + c])) best = i;
    }
    if (!(std::abs(a[best * width + c]) > 1e-13 * size)) return {};
    if (best != c) std::swap_ranges(&a[best * width], &a[best * width] + width, &a[c * width]);
    for (std::size_t i = c + 1; i < n; ++i) {
      const double factor = a[i * width + c] / a[c * width + c];
      for (std::size_t j = c; j < width; ++j) a[i * width + j] -= factor * a[c * width + j];
    }
  }
  std::vector<double> d(n);
  for (std::size_t i = n; i-- > 0;) {
    double sum = a[i * width + n];
    for (std::size_t j = i + 1; j < n; ++j) sum -= a[i * width + j] * d[j];
    d[i] = sum / a[i * width + i];
  }
  return d;
}

}  // namespace

PreimageFinder::PreimageFinder(const Problem& problem, const RegionNetwork& root, std::vector<Rational> value,
                               Image target)
    : problem_(problem), root_(root), value_(std::move(value)), target_(std::move(target)) {}

std::optional<PiecePreimage> PreimageFinder::exact(const std::vector<double>& u, double reach) {
  std::vector<Rational> guess = problem_.centre;
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (!std::isfinite(u[i])) return std::nullopt;
    guess[i] += Rational::from_double(u[i]);
  }
  auto found = preimage_on_piece(*problem_.network, {piece_.active.begin(), piece_.active.end()}, value_, guess);
  if (!found || found->x == problem_.centre || !problem_.in_domain(found->x)) return std::nullopt;
  if (!(problem_.radius_of(found->x).upper_double() < reach)) return std::nullopt;
  return found;
}

std::optional<std::vector<double>> PreimageFinder::newton(std::vector<double> u) {
  const std::size_t n = u.size();
  std::vector<double> right(at(root_.outputs()));
  std::vector<char> pattern;
  flat_ = false;
  for (int step = 0; step < most_steps; ++step) {
    root_.piece_at(u, piece_);
    for (std::size_t o = 0; o < right.size(); ++o) right[o] = target_.value[o] - piece_.value[at(root_.neurons()) + o];
    const std::vector<double> d = newton_step(&piece_.gradient[at(root_.neurons()) * n], right, n);
    if (d.empty()) {
      flat_ = true;
      last_ = std::move(u);
      return std::nullopt;
    }
    const bool again = pattern == piece_.active;
    double length = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      u[i] += d[i];
      length = std::max(length, std::abs(d[i]));
      size = std::max(size, std::abs(u[i]));
    }
    if (again || length <= 1e-13 * size) {
      if (length > 1e-6 * size) return std::nullopt;
      return u;
    }
    pattern = piece_.active;
  }
  return std::nullopt;
}

std::optional<PiecePreimage> PreimageFinder::near(std::vector<double> u, const Box& limits, double beyond,
                                                  double reach) {
  const auto root = newton(std::move(u));
  if (flat_) return in_flat_cell(last_, limits, reach);
  if (!root) return std::nullopt;
  double size = 0.0;
  for (const double entry : *root) size = std::max(size, std::abs(entry));
  if (!(size < reach && size >= beyond)) return std::nullopt;
  return exact(*root, reach);
}

// Minimises the norm over { u in the closure of the piece : f_P(u) = value }, then steps a little towards the middle of
// that set, where rounding does not leave it.
std::optional<PiecePreimage> PreimageFinder::in_flat_cell(const std::vector<double>& u, const Box& limits,
                                                          double reach) {
  const std::size_t n = u.size();
  LinearProgram lp(static_cast<int>(n) + 1);
  const double bound = std::min(reach, limits.reach());
  for (std::size_t i = 0; i < n; ++i) {
    lp.lower[i] = std::max(limits.lower[i], -bound);
    lp.upper[i] = std::min(limits.upper[i], bound);
    if (lp.lower[i] > lp.upper[i]) return std::nullopt;
  }
  const NormBlocks ball{problem_.norm, n, n, {0}};
  add_cube_rows(lp, ball);
  lp.upper[n] = infinity;
  for (int k = 0; k < root_.neurons() + root_.outputs(); ++k) {
    const double* const gradient = &piece_.gradient[at(k) * n];
    double offset = piece_.value[at(k)];
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      offset -= gradient[i] * u[i];
      size += std::abs(gradient[i]);
    }
    if (size == 0.0) continue;
    std::vector<double> row(n + 1, 0.0);
    if (k < root_.neurons()) {
      if (std::abs(offset) > size * bound) continue;  // the same sign all over
      const double sign = (piece_.active[at(k)] != 0 ? 1.0 : -1.0) / size;
      for (std::size_t i = 0; i < n; ++i) row[i] = sign * gradient[i];
      lp.add_row(row, -sign * offset, infinity);
    } else {
      for (std::size_t i = 0; i < n; ++i) row[i] = gradient[i] / size;
      const double right = (target_.value[at(k - root_.neurons())] - offset) / size;
      lp.add_row(row, right, right);
    }
  }
  lp.cost[n] = 1.0;
  const auto nearest = minimise_in_norm(lp, ball);
  if (!nearest || nearest->infeasible) return std::nullopt;
  std::vector<double> middle(n, 0.0);
  double count = 0.0;
  lp.cost[n] = 0.0;
  lp.upper[n] = infinity;
  for (std::size_t i = 0; i < 2 * n; ++i) {
    lp.cost[i / 2] = i % 2 == 0 ? 1.0 : -1.0;
    const auto corner = lp.minimise();
    lp.cost[i / 2] = 0.0;
    if (!corner || corner->infeasible) continue;
    for (std::size_t j = 0; j < n; ++j) middle[j] += corner->v[j];
    count += 1.0;
  }
  for (const double e : {problem_.gap / 16.0, 1e-4, 1e-2, 0.5, 1.0}) {
    std::vector<double> guess(n);
    for (std::size_t i = 0; i < n; ++i) {
      guess[i] = count > 0.0 ? (1.0 - e) * nearest->v[i] + e * middle[i] / count : nearest->v[i];
    }
    if (auto found = exact(guess, reach)) return found;
  }
  return std::nullopt;
}

}  // namespace foldproof
