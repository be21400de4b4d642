// Claim: what is returned is a collision; verify_collision decides, everything before it only proposes.
// Construction (MATHEMATICS 6.3a): P, Q adjacent across the facet a . x + b = 0 with det A_P det A_Q < 0 and p in
// the facet's relative interior. A_Q = A_P + g a^T, so for w with a . w > 0 the solution of A_P u = A_Q w has
// a . u = (det A_Q / det A_P) a . w < 0: x = p + e u lies in P, y = p + e w in Q, and f(x) = f(y), for e small.
// (6.3b) if det A_P = 0, A_P v = 0: p +- e v collide for p interior to P.
#include "question/fold_witness.h"

#include <algorithm>
#include <cmath>

#include "model/evaluate.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

Rational value_at(const AffineRow& row, const std::vector<Rational>& x) {
  Rational sum = row.constant;
  for (const Term& term : row.terms) sum.add_product(term.coefficient, x[at(term.variable)]);
  return sum;
}

Rational along(const AffineRow& row, const std::vector<Rational>& direction) {
  Rational sum;
  for (const Term& term : row.terms) sum.add_product(term.coefficient, direction[at(term.variable)]);
  return sum;
}

RationalMatrix jacobian(const ExactPiece& piece, int n) {
  RationalMatrix a(static_cast<int>(piece.output.size()), n);
  for (int i = 0; i < a.rows(); ++i) {
    for (const Term& term : piece.output[at(i)].terms) a.set(i, term.variable, term.coefficient);
  }
  return a;
}

std::vector<Rational> step(const std::vector<Rational>& p, const Rational& e, const std::vector<Rational>& direction) {
  std::vector<Rational> result = p;
  for (std::size_t i = 0; i < p.size(); ++i) result[i].add_product(e, direction[i]);
  return result;
}

// A power of two at most bound / 2 (bound > 0); 0 if that is below the doubles.
Rational power_of_two_below(const Rational& bound) {
  if (!(bound.lower_double() > 0.0)) return Rational(0);
  int exponent = 0;
  std::frexp(bound.lower_double(), &exponent);
  return Rational::from_double(std::ldexp(1.0, exponent - 2));
}

// How far p may move along `direction` before a pre-activation of the piece that is nonzero at p changes sign,
// or before |x - c| exceeds the limit or x leaves the domain.
Rational room(const Problem& problem, const ExactPiece& piece, const std::vector<Rational>& p,
              const std::vector<Rational>& direction, const Rational& radius_limit) {
  Rational bound(1);
  for (const AffineRow& row : piece.pre_activation) {
    const Rational z = value_at(row, p);
    const Rational rate = along(row, direction);
    if (z.sign() * rate.sign() < 0) bound = std::min(bound, -z / rate);
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Rational size = abs(direction[i]);
    if (size.is_zero()) continue;
    if (problem.norm == Norm::linf) {
      const Rational position = direction[i].sign() > 0 ? p[i] - problem.centre[i] : problem.centre[i] - p[i];
      bound = std::min(bound, (radius_limit - position) / size);
    }
    if (problem.domain.empty()) continue;
    const Rational space = direction[i].sign() > 0 ? problem.domain[i].second - p[i] : p[i] - problem.domain[i].first;
    bound = std::min(bound, space / size);
  }
  if (problem.norm == Norm::linf) return bound;
  const Rational size = norm_upper(problem.norm, direction);
  return size.is_zero() ? bound : std::min(bound, (radius_limit - problem.radius_of(p)) / size);
}

std::optional<FoldWitness> flat_pair(const Problem& problem, const ExactPiece& piece, const std::vector<Rational>& p,
                                     const Rational& radius_limit) {
  const auto v = jacobian(piece, problem.network->inputs).null_vector();
  if (!v) return std::nullopt;
  std::vector<Rational> opposite = *v;
  for (Rational& entry : opposite) entry = -entry;
  const Rational bound =
      std::min(room(problem, piece, p, *v, radius_limit), room(problem, piece, p, opposite, radius_limit));
  if (bound.sign() <= 0) return std::nullopt;
  const Rational e = power_of_two_below(bound);
  auto collision = verify_collision(problem, step(p, e, *v), step(p, e, opposite));
  if (!collision) return std::nullopt;
  return FoldWitness{std::move(*collision), FoldKind::flat};
}

std::optional<FoldWitness> fold_pair(const Problem& problem, const ExactPiece& before, const ExactPiece& after,
                                     const RationalMatrix& a_before, const RationalMatrix& a_after, int hinge,
                                     const std::vector<Rational>& p, const std::vector<Rational>& direction,
                                     const Rational& radius_limit) {
  // w: across the facet and, as far as that allows, towards the centre; short numbers.
  const AffineRow& facet = after.pre_activation[at(hinge)];
  std::vector<Rational> w(p.size());
  const Rational side(along(facet, direction).sign());
  for (const Term& term : facet.terms) {
    w[at(term.variable)] = Rational::from_double(term.coefficient.nearest_double()) * side;
  }
  const Rational size = max_abs(w);
  if (size.is_zero()) return std::nullopt;
  for (Rational& entry : w) entry = entry.times_power_of_two(-size.exponent());
  const auto u = a_before.solve(a_after.multiply(w));
  if (!u) return std::nullopt;
  const Rational bound = std::min(room(problem, before, p, *u, radius_limit), room(problem, after, p, w, radius_limit));
  if (bound.sign() <= 0) return std::nullopt;
  const Rational e = power_of_two_below(bound);
  auto collision = verify_collision(problem, step(p, e, *u), step(p, e, w));
  if (!collision) return std::nullopt;
  return FoldWitness{std::move(*collision), FoldKind::fold};
}

// The activation pattern just after p in direction d: z_j(p) decides, or its one-sided derivative where z_j(p) = 0.
std::vector<bool> pattern_after(const Network& network, const std::vector<Rational>& p,
                                const std::vector<Rational>& d) {
  const int n = network.inputs;
  std::vector<Rational> value = p;
  std::vector<Rational> rate = d;
  value.resize(at(n + network.neuron_count()));
  rate.resize(value.size());
  std::vector<bool> active;
  for (int j = 0; j < network.neuron_count(); ++j) {
    Rational z = network.neurons[at(j)].constant;
    Rational dz;
    for (const Term& term : network.neurons[at(j)].terms) {
      if (term.variable >= n && !active[at(term.variable - n)]) continue;
      z.add_product(term.coefficient, value[at(term.variable)]);
      dz.add_product(term.coefficient, rate[at(term.variable)]);
    }
    active.push_back(z.sign() > 0 || (z.is_zero() && dz.sign() > 0));
    if (!active.back()) continue;
    value[at(n + j)] = std::move(z);
    rate[at(n + j)] = std::move(dz);
  }
  return active;
}

}  // namespace

std::optional<FoldWitness> fold_witness(const Problem& problem, const std::vector<Rational>& from,
                                        const std::vector<Rational>& to, const Rational& radius_limit) {
  const Network& network = *problem.network;
  const int n = network.inputs;
  std::vector<Rational> direction = to;
  for (std::size_t i = 0; i < to.size(); ++i) direction[i] -= from[i];

  Rational position(0);
  std::vector<Rational> p = from;
  std::vector<bool> pattern_before;
  std::optional<ExactPiece> before;
  while (position < Rational(1)) {
    const std::vector<bool> pattern = pattern_after(network, p, direction);
    ExactPiece piece = affine_piece(network, pattern);
    const RationalMatrix a = jacobian(piece, n);
    const int sign = a.determinant().sign();
    // The piece ends at the first pre-activation that comes back to zero; each hinge further along moves `position`.
    Rational next(1);
    for (const AffineRow& row : piece.pre_activation) {
      const Rational rate = along(row, direction);
      const Rational z = value_at(row, p);
      if (z.sign() * rate.sign() < 0) next = std::min(next, position - z / rate);
    }
    if (sign == 0) {
      return flat_pair(problem, piece, step(from, (position + next) / Rational(2), direction), radius_limit);
    }
    if (before) {
      const RationalMatrix a_before = jacobian(*before, n);
      if (a_before.determinant().sign() * sign < 0) {
        // The first neuron whose phase changed has the same row on both sides: its zero set is the facet.
        int hinge = 0;
        while (pattern[at(hinge)] == pattern_before[at(hinge)]) ++hinge;
        return fold_pair(problem, *before, piece, a_before, a, hinge, p, direction, radius_limit);
      }
    }
    position = next;
    p = step(from, position, direction);
    pattern_before = pattern;
    before = std::move(piece);
  }
  return std::nullopt;
}

std::optional<Collision> pair_on_pieces(const Problem& problem, const std::vector<bool>& p, const std::vector<bool>& q,
                                        const std::vector<double>& x_guess, const std::vector<double>& y_guess) {
  const Network& network = *problem.network;
  const int n = network.inputs;
  const ExactPiece piece_p = affine_piece(network, p);
  const ExactPiece piece_q = affine_piece(network, q);
  std::vector<Rational> guess;
  for (const double entry : x_guess) guess.push_back(Rational::from_double(entry));
  for (const double entry : y_guess) guess.push_back(Rational::from_double(entry));
  RationalMatrix difference(problem.common_outputs(), 2 * n);
  std::vector<Rational> right;
  for (int o = 0; o < difference.rows(); ++o) {
    for (const Term& term : piece_p.output[at(o)].terms) difference.set(o, term.variable, term.coefficient);
    for (const Term& term : piece_q.output[at(o)].terms) difference.set(o, n + term.variable, -term.coefficient);
    right.push_back(piece_q.output[at(o)].constant - piece_p.output[at(o)].constant);
  }
  const auto pair = difference.solve_near(right, guess);
  if (!pair) return std::nullopt;
  return verify_collision(problem, {pair->begin(), pair->begin() + n}, {pair->begin() + n, pair->end()});
}

std::optional<Collision> pair_near_centre(const Problem& problem, const Rational& limit, int attempt) {
  const Network& network = *problem.network;
  // Into the ball, and into the domain where the centre lies on its boundary; neither axis nor diagonal.
  std::vector<Rational> direction;
  for (std::size_t i = 0; i < problem.centre.size(); ++i) {
    const auto turn = static_cast<unsigned>(attempt) >> (i % 8U);
    const bool room_above = problem.domain.empty() || problem.centre[i] < problem.domain[i].second;
    const bool room_below = problem.domain.empty() || problem.centre[i] > problem.domain[i].first;
    const Rational size =
        Rational(static_cast<long>(17 + (7 * i + static_cast<std::size_t>(attempt) * 3) % 13)) / Rational(64);
    direction.push_back((turn & 1U) != 0 ? (room_below ? -size : size) : (room_above ? size : -size));
  }
  const ExactPiece piece = affine_piece(network, pattern_after(network, problem.centre, direction));
  const Rational start = room(problem, piece, problem.centre, direction, limit) / Rational(2);
  if (start.sign() <= 0) return std::nullopt;
  auto pair = flat_pair(problem, piece, step(problem.centre, start, direction), limit);
  if (!pair) return std::nullopt;
  return std::move(pair->collision);
}

}  // namespace foldproof
