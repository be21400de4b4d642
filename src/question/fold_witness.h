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

/// The exact pair (x, y), x on the piece of pattern p and y on that of q, with y near `y_guess`:
/// y is rounded to a double, x solves f_P(x) = f_Q(y). Verified; nothing if it does not hold.
std::optional<Collision> pair_on_pieces(const Problem& problem, const std::vector<bool>& p, const std::vector<bool>& q,
                                        const std::vector<double>& y_guess);

}  // namespace foldproof
