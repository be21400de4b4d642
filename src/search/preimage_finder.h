// Proposes preimages of a value: Newton's method over linear pieces, a linear program where a piece is flat. What is
// handed out was verified exactly.
#pragma once

#include <optional>
#include <vector>

#include "question/preimage.h"
#include "search/separation.h"

namespace foldproof {

class PreimageFinder {
 public:
  /// `root` is about the network of the problem, `target` (target_of) is the value.
  PreimageFinder(const Problem& problem, const RegionNetwork& root, std::vector<Rational> value, Image target);

  /// From u (relative to the centre) on: a preimage other than the centre in the domain, nearer to the centre than
  /// `reach`. No isolated one is expected nearer than `beyond`. The box is the one that flat pieces are searched in.
  std::optional<PiecePreimage> near(std::vector<double> u, const Box& limits, double beyond, double reach);
  /// Newton's method from u: the float root of the piece it ends on; nothing where a piece is flat or it does not end.
  std::optional<std::vector<double>> newton(std::vector<double> u);
  /// After newton() or near(): the activation pattern of the last piece.
  std::vector<bool> pattern() const { return {piece_.active.begin(), piece_.active.end()}; }

 private:
  std::optional<PiecePreimage> exact(const std::vector<double>& u, double reach);
  std::optional<PiecePreimage> in_flat_cell(const std::vector<double>& u, const Box& limits, double reach);

  const Problem& problem_;
  const RegionNetwork& root_;
  std::vector<Rational> value_;
  Image target_;
  FloatPiece piece_;
  bool flat_ = false;
  std::vector<double> last_;
};

}  // namespace foldproof
