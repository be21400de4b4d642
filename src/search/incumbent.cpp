// Claim: every collision that is kept was verified in exact rationals; all else here only proposes.
// Method: from a point whose determinant has the other sign, minimise |u| over the closure of its cell (an LP with
// cuts), look for a cell of the other sign still nearer next to the minimiser, and repeat: at the end the fold's
// nearest point in this neighbourhood is known to the LP's accuracy. Then step gap/16 inside and walk exactly from a
// point of the centre's sign to it (question/fold_witness).
#include "search/incumbent.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/evaluate.h"
#include "number/rounding.h"
#include "number/scalar.h"
#include "search/norm_cuts.h"

namespace foldproof {

namespace {

constexpr double lp_tolerance = 1e-10;
constexpr double far_below = 1e-4;  // of the size of the point that a descent sets out from

// Sign of a small determinant by elimination with partial pivoting; 0 if a pivot may be rounding only.
int determinant_sign(std::vector<double> a, std::size_t n, double size) {
  int sign = 1;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t best = c;
    for (std::size_t i = c + 1; i < n; ++i) {
      if (std::abs(a[i * n + c]) > std::abs(a[best * n + c])) best = i;
    }
    const double pivot = a[best * n + c];
    if (!(std::abs(pivot) > 1e-11 * size)) return 0;
    if (best != c) {
      sign = -sign;
      for (std::size_t j = c; j < n; ++j) std::swap(a[best * n + j], a[c * n + j]);
    }
    if (pivot < 0.0) sign = -sign;
    for (std::size_t i = c + 1; i < n; ++i) {
      const double factor = a[i * n + c] / pivot;
      for (std::size_t j = c; j < n; ++j) a[i * n + j] -= factor * a[c * n + j];
    }
  }
  return sign;
}

}  // namespace

Incumbent::Incumbent(const Problem& problem, const RegionNetwork& root, Control& control)
    : problem_(problem),
      root_(root),
      control_(control),
      limits_(problem.root(problem.max_radius)),
      upper_(infinity),
      target_(problem.max_radius) {
  find_cone_radius();
  if (problem.known != nullptr) offer(*problem.known, problem.known_kind);
}

Incumbent::Incumbent(const Problem& problem, const RegionNetwork& root, Control& control, const Known& known)
    : problem_(problem),
      root_(root),
      control_(control),
      limits_(problem.root(problem.max_radius)),
      upper_(known.upper),
      target_(known.target),
      sign_(known.sign),
      cone_radius_(known.cone_radius) {}

std::vector<Rational> Incumbent::absolute(const std::vector<double>& u) const {
  std::vector<Rational> x = problem_.centre;
  for (std::size_t i = 0; i < u.size(); ++i) x[i] += Rational::from_double(u[i]);
  return x;
}

void Incumbent::find_cone_radius() {
  const ExactValue value = evaluate(*problem_.network, problem_.centre);
  std::vector<bool> zero;
  for (const Rational& z : value.pre_activation) zero.push_back(z.is_zero());
  Bounder bounder;
  // Weights may be large: down to the smallest doubles, in longer steps where nobody expects to look.
  double radius = problem_.max_radius;
  for (int step = 0; radius > std::numeric_limits<double>::min(); ++step, radius *= step < 200 ? 0.5 : 0x1p-16) {
    bounder.enclose(root_, problem_.box_around(radius));
    bool cone = true;
    for (int p = 0; p < root_.neurons() && cone; ++p) {
      cone = bounder.phase()[at(p)] != Phase::unstable || zero[at(root_.original(p))];
    }
    if (cone) {
      cone_radius_ = radius;
      return;
    }
  }
}

bool Incumbent::agree_on_sign(int sign) {
  int expected = 0;
  return sign_.compare_exchange_strong(expected, sign) || expected == sign;
}

int Incumbent::sign_at(const RegionNetwork& net, const std::vector<double>& u) const {
  thread_local FloatPiece piece;
  net.piece_at(u, piece);
  const std::size_t n = at(net.inputs());
  const auto first = piece.gradient.begin() + static_cast<std::ptrdiff_t>(at(net.neurons()) * n);
  const int sign = determinant_sign(std::vector<double>(first, piece.gradient.end()), n, piece.output_size);
  return sign != 0 ? sign : exact_sign_at(u);
}

int Incumbent::exact_sign_at(const std::vector<double>& u) const {
  const Network& network = *problem_.network;
  const ExactPiece piece = affine_piece(network, activation_pattern(network, absolute(u)));
  RationalMatrix jacobian(network.output_count(), network.inputs);
  for (int o = 0; o < jacobian.rows(); ++o) {
    for (const Term& term : piece.output[at(o)].terms) jacobian.set(o, term.variable, term.coefficient);
  }
  return jacobian.determinant().sign();
}

bool Incumbent::offer(Collision collision, const std::string& kind) {
  const std::lock_guard lock(mutex_);
  if (best_ ? best_->radius <= collision.radius : collision.radius_upper >= upper()) return false;
  if (collision.radius_upper > problem_.max_radius) return false;  // targets only fall: the covers rely on it
  const bool zero = collision.radius_upper <= cone_radius_;
  upper_ = collision.radius_upper;
  // (upper - lower) / upper <= gap with room for rounding; a zero radius, or a no to the yes/no question, leaves
  // nothing to prove.
  const double wanted =
      zero || problem_.any_collision ? 0.0 : round_down(collision.radius_upper * (1.0 - 0.9 * problem_.gap));
  target_ = std::min(target_.load(), wanted);
  zero_ = zero;
  control_.upper = zero ? 0.0 : collision.radius_upper;
  best_ = std::move(collision);
  kind_ = kind;
  control_.emit([&](Observer& observer) { observer.collision(*best_); });
  return true;
}

// The point of the closure of u's cell nearest to the centre. In units of |u|: the solver's tolerances are absolute.
std::optional<std::vector<double>> Incumbent::nearest_in_cell(const std::vector<double>& u, double& radius) const {
  const std::size_t n = u.size();
  thread_local FloatPiece piece;
  root_.piece_at(u, piece);
  const double size_of_u = norm(u);
  if (!(size_of_u > 0.0)) return std::nullopt;
  const int unit = std::ilogb(size_of_u);
  const double reach = std::ldexp(size_of_u, -unit);
  LinearProgram lp(static_cast<int>(n) + 1);
  lp.cost[n] = 1.0;
  std::vector<double> start(n);
  for (std::size_t i = 0; i < n; ++i) {
    lp.lower[i] = std::max(-reach, std::ldexp(limits_.lower[i], -unit));
    lp.upper[i] = std::min(reach, std::ldexp(limits_.upper[i], -unit));
    start[i] = std::ldexp(u[i], -unit);
  }
  const NormBlocks ball{problem_.norm, n, n, {0}};
  add_cube_rows(lp, ball);
  add_cut(lp, ball, 0, start);
  lp.upper[n] = reach;
  for (int k = 0; k < root_.neurons(); ++k) {
    const double* const gradient = piece.gradient.data() + at(k) * n;
    double offset = std::ldexp(piece.value[at(k)], -unit);
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      offset -= gradient[i] * start[i];
      size += std::abs(gradient[i]);
    }
    if (std::abs(offset) > size * reach || size == 0.0) continue;  // the same sign all over the ball
    const double sign = (piece.active[at(k)] != 0 ? 1.0 : -1.0) / size;
    std::vector<double> row(n + 1, 0.0);
    for (std::size_t i = 0; i < n; ++i) row[i] = sign * gradient[i];
    lp.add_row(row, -sign * offset, infinity);
  }
  const auto solution = minimise_in_norm(lp, ball);
  if (!solution || solution->infeasible) return std::nullopt;
  std::vector<double> point(solution->v.begin(), solution->v.begin() + static_cast<std::ptrdiff_t>(n));
  for (double& entry : point) entry = std::ldexp(entry, unit);
  radius = norm(point);
  return point;
}

double Incumbent::norm(const std::vector<double>& u) const { return norm_of(problem_.norm, u); }

// In the unit ball of the norm; evenly so for the maximum norm.
std::vector<double> Incumbent::random_move(std::mt19937_64& random) const {
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<double> move(limits_.lower.size());
  for (double& entry : move) entry = uniform(random);
  if (const double size = norm(move); size > 1.0) {
    for (double& entry : move) entry /= size;
  }
  return move;
}

std::optional<Incumbent::Descent> Incumbent::descend(std::vector<double> u) const {
  std::mt19937_64 random(12345);
  Descent best;
  best.radius = infinity;
  for (int step = 0; step < 60 && !control_.should_stop_now(); ++step) {
    double radius = 0.0;
    const auto point = nearest_in_cell(u, radius);
    if (!point || !(radius < best.radius)) break;
    const bool stuck = radius > best.radius * (1.0 - 1e-12);
    best = {*point, u, radius};
    // Far below |u| the radius is the solver's error, or nearly so: again from a point of the same cell next to it.
    if (const double size = norm(u); radius < far_below * size && size > cone_radius_) {
      const double back = std::max(radius / size, 100.0 * lp_tolerance);
      std::vector<double> nearer(u.size());
      for (std::size_t i = 0; i < u.size(); ++i) nearer[i] = (*point)[i] + back * (u[i] - (*point)[i]);
      if (norm(nearer) > 0.0 && norm(nearer) < size && sign_at(root_, nearer) != sign()) {
        u = std::move(nearer);
        best.radius = infinity;
        continue;
      }
    }
    if (stuck || radius <= 0.0) break;
    // A nearer cell of the other sign next to the minimiser?
    bool found = false;
    for (const double scale : {1e-3, 1e-5, 1e-7}) {
      for (int attempt = 0; attempt < 4 + 2 * static_cast<int>(u.size()) && !found; ++attempt) {
        std::vector<double> probe = *point;
        const std::vector<double> move = random_move(random);
        for (std::size_t i = 0; i < probe.size(); ++i) {
          probe[i] = probe[i] * (1.0 - scale) + 0.9 * scale * radius * move[i];
          probe[i] = std::min(std::max(probe[i], limits_.lower[i]), limits_.upper[i]);
        }
        if (norm(probe) < radius && sign_at(root_, probe) != sign()) {
          u = probe;
          found = true;
        }
      }
      if (found) break;
    }
    if (!found) break;
  }
  if (!(best.radius < infinity)) return std::nullopt;
  return best;
}

bool Incumbent::prove_fold(const Descent& descent) {
  const std::size_t n = descent.point.size();
  std::mt19937_64 random(54321);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  // Room to step inside: a sixteenth of the gap, or, at the centre itself, the cone where f is scale invariant.
  constexpr double smallest = std::numeric_limits<double>::min();
  const bool at_centre = descent.radius < cone_radius_;
  const double limit = at_centre ? 0.5 * cone_radius_ : descent.radius * (1.0 + problem_.gap / 8.0) + smallest;
  const Rational exact_limit = Rational::from_double(limit);
  std::vector<double> inward = descent.interior;
  for (std::size_t i = 0; i < n; ++i) inward[i] -= descent.point[i];
  const double distance = norm(inward);
  if (!(distance > 0.0)) return false;
  const double room = at_centre ? 0.25 * cone_radius_ : descent.radius * problem_.gap / 16.0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const double tau = std::min(1.0, room / distance) * std::ldexp(1.0, -attempt / 3);
    if (!(tau * distance > 0.0) || control_.should_stop_now()) return false;
    std::vector<double> q(n);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = descent.point[i] + tau * inward[i];
      q[i] += 1e-3 * tau * distance * uniform(random) * (attempt == 0 ? 0.0 : 1.0);
      q[i] = std::min(std::max(q[i], limits_.lower[i]), limits_.upper[i]);
    }
    if (sign_at(root_, q) == sign()) continue;
    // A point of the centre's sign near by, nearer to the centre; inside a flat cell any other point will do.
    std::vector<double> o(n);
    bool found = sign_at(root_, q) == 0;
    for (std::size_t i = 0; i < n; ++i) o[i] = q[i] * (1.0 - 1e-3) + 1e-3 * descent.interior[i] * tau;
    for (double back = 2.1 * tau * distance; !found && back <= 4.0 * std::max(limit, room); back *= 2.0) {
      for (int trial = 0; trial < 4 && !found; ++trial) {
        const double shrink = 1.0 - back / std::max(norm(q), smallest);  // negative: beyond the centre
        for (std::size_t i = 0; i < n; ++i) {
          o[i] = q[i] * shrink + (trial == 0 ? 0.0 : 0.5 * std::min(back, limit) * uniform(random));
          o[i] = std::min({std::max({o[i], limits_.lower[i], -limit}), limits_.upper[i], limit});
        }
        if (const double size = norm(o); size > limit) {
          for (double& entry : o) entry *= limit / size * (1.0 - 1e-12);
        }
        found = sign_at(root_, o) == sign();
      }
    }
    if (!found) continue;
    auto witness = fold_witness(problem_, absolute(o), absolute(q), exact_limit);
    if (!witness) continue;
    return offer(std::move(witness->collision), witness->kind == FoldKind::fold ? "fold" : "flat");
  }
  return false;
}

bool Incumbent::improve_by_fold(const std::vector<double>& u) {
  const std::lock_guard lock(descending_);
  if (sign() == 0 || !(norm(u) < upper()) || radius_is_zero()) return false;
  const auto descent = descend(u);
  if (!descent || !(descent->radius < upper())) return false;
  return prove_fold(*descent);
}

void Incumbent::shoot_rays() {
  const std::size_t n = at(root_.inputs());
  std::mt19937_64 random(2023);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  const int rays = 8 + 4 * static_cast<int>(n);
  // From the cone outward in powers of two, as large weights put everything next to the centre; then in even steps.
  constexpr int steps = 24;
  std::vector<double> radii;
  const double first = problem_.max_radius / (steps * steps);
  for (double r = 2.0 * cone_radius_; r > 0.0 && r < first; r *= 2.0) radii.push_back(r);
  for (int step = 1; step <= steps; ++step) radii.push_back(first * step * step);
  for (int ray = 0; ray < rays; ++ray) {
    std::vector<double> direction(n);
    for (double& entry : direction) entry = uniform(random);
    const double size = norm(direction);
    for (const double radius : radii) {
      if (!(radius < upper())) break;
      std::vector<double> u = direction;
      bool inside = true;
      for (std::size_t i = 0; i < n; ++i) {
        u[i] *= radius / size;
        inside = inside && u[i] >= limits_.lower[i] && u[i] <= limits_.upper[i];
      }
      if (!inside) break;
      if (sign_at(root_, u) != sign()) {
        improve_by_fold(u);
        break;
      }
    }
    if (control_.should_stop_now()) return;
  }
}

}  // namespace foldproof
