// Exact collisions next to a fold or inside a flat cell (MATHEMATICS 6.3).
#pragma once

#include <optional>

#include "question/problem.h"

namespace foldproof {

enum class FoldKind { fold, flat };

struct FoldWitness {
  Collision collision;
  FoldKind kind;
};

/// Walks the pieces along the segment from `from` to `to` (absolute, exact) and, where the determinant's sign
/// changes or vanishes, builds a colliding pair of radius at most `radius_limit`, exactly.
/// Nothing if there is no such place on the segment, or if the segment meets two transversal hinges at once there
/// (take a slightly different segment then).
std::optional<FoldWitness> fold_witness(const Problem& problem, const std::vector<Rational>& from,
                                        const std::vector<Rational>& to, const Rational& radius_limit);

/// The exact pair (x, y), x on the piece of pattern p and y on that of q, near the guesses: f_P(x) = f_Q(y) is solved
/// for as many coordinates as it determines, those of x first; the others are the guesses' doubles. Verified; nothing
/// if it does not hold.
std::optional<Collision> pair_on_pieces(const Problem& problem, const std::vector<bool>& p, const std::vector<bool>& q,
                                        const std::vector<double>& x_guess, const std::vector<double>& y_guess);

/// More inputs than outputs: two points on one piece, at most `limit` from the centre, with the same output.
/// Nothing if the direction that was drawn for `attempt` does not lead into the inside of a piece.
std::optional<Collision> pair_near_centre(const Problem& problem, const Rational& limit, int attempt);

}  // namespace foldproof
