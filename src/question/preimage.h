// Exact preimages of a value on linear pieces.
#pragma once

#include <optional>
#include <vector>

#include "question/problem.h"

namespace foldproof {

struct PiecePreimage {
  std::vector<Rational> x;  // absolute
  bool flat = false;        // the piece's map takes the value on a line at least, not only at x
};

/// A point x with f(x) = y that the affine map of the piece with these active neurons takes to y, the one nearest to
/// `guess` in the sense that entries which may be chosen are those of the guess. Verified with the network itself;
/// nothing if the piece's map does not take y, or takes it outside the piece.
std::optional<PiecePreimage> preimage_on_piece(const Network& network, const std::vector<bool>& active,
                                               const std::vector<Rational>& y, const std::vector<Rational>& guess);

/// A segment of preimages: f(x) = f(y) = the value, and f is affine from x to y.
struct FlatSegment {
  std::vector<Rational> x, y;
};

/// y exactly, with what is known of its preimages so far.
struct Fibre {
  std::vector<Rational> value;
  std::vector<std::vector<Rational>> points;
  std::vector<FlatSegment> flats;

  /// The number of this point, which is added if it is new.
  int number_of(const std::vector<Rational>& x);
};

}  // namespace foldproof
