#include "question/preimage.h"

#include <algorithm>

#include "model/evaluate.h"

namespace foldproof {

std::optional<PiecePreimage> preimage_on_piece(const Network& network, const std::vector<bool>& active,
                                               const std::vector<Rational>& y, const std::vector<Rational>& guess) {
  const ExactPiece piece = affine_piece(network, active);
  RationalMatrix jacobian(network.output_count(), network.inputs);
  std::vector<Rational> right = y;
  for (int o = 0; o < jacobian.rows(); ++o) {
    const AffineRow& row = piece.output[static_cast<std::size_t>(o)];
    for (const Term& term : row.terms) jacobian.set(o, term.variable, term.coefficient);
    right[static_cast<std::size_t>(o)] -= row.constant;
  }
  auto solutions = jacobian.solutions(right, guess);
  if (!solutions || evaluate(network, solutions->x).output != y) return std::nullopt;
  return PiecePreimage{std::move(solutions->x), !solutions->free.empty()};
}

int Fibre::number_of(const std::vector<Rational>& x) {
  const auto place = std::find(points.begin(), points.end(), x);
  const auto number = static_cast<int>(place - points.begin());
  if (place == points.end()) points.push_back(x);
  return number;
}

}  // namespace foldproof
