// Exact cells of a pair of patches (docs/certificate.md, 4.8): where A(u) = A(v), what B says is the same.
// Claim: where the tree of a pair (X, Y) is accepted, u in X and v in Y with A(u) = A(v) have B(u) = B(v); in a proof
// about one network f, A is f and B(u) is u. Proof: the walk of covers.cpp, of one network of w = (u, v) on the box
// X x Y: where the part of it with u and v in the ball is full-dimensional, every w of it has a leaf `.` whose maps
// hold at w and whose r_j(w) are >= 0. There, with D_o(w) = A_o(u) - A_o(v) = 0, the sum g = sum a_o D_o + sum y_j r_j
// is >= 0 at w. If g < 0 on this part, there is no such w. If g <= 0 on the box, w is where g takes its greatest value
// 0: in each axis that g depends on, w lies on the side where g is greatest; and y_j r_j(w) = 0 for each j. What is a
// combination of forms that are 0 at w is 0 at w.
#include "checker.h"

namespace foldproof_check {

/// Neurons of the rewritten network for u, and for v with their numbers shifted; outputs A_o(u) - A_o(v), then those of
/// B, or the inputs.
Rewritten Checker::doubled() const {
  const int k = static_cast<int>(joint_.neurons.size());
  Rewritten result;
  result.n = 2 * n_;
  result.outputs.resize(joint_.outputs.size());
  for (const int copy : {0, 1}) {
    const auto moved = [&](Row row) {
      for (auto& [v, coefficient] : row.terms) v += v < n_ ? copy * n_ : n_ + copy * k;
      return row;
    };
    for (const Row& row : joint_.neurons) result.neurons.push_back(moved(row));
    for (const int j : joint_.kept) result.kept.push_back(copy * k + j);
    for (std::size_t o = 0; o < joint_.outputs.size(); ++o) {
      const Row row = moved(joint_.outputs[o]);
      const Rational sign(copy == 0 ? 1 : -1);
      result.outputs[o].constant += sign * row.constant;
      for (const auto& [v, coefficient] : row.terms) result.outputs[o].terms.emplace_back(v, sign * coefficient);
    }
  }
  for (int i = 0; i < n_ && question_ != Question::factor; ++i)
    result.outputs.push_back({Rational(0), {{i, Rational(1)}, {n_ + i, Rational(-1)}}});
  return result;
}

void Checker::pair_cells(const Words& words, int x, int y) {
  if (doubled_.n == 0) doubled_ = doubled();
  Box piece = patches_[at(x)].box;
  const Box& second = patches_[at(y)].box;
  piece.lower.insert(piece.lower.end(), second.lower.begin(), second.lower.end());
  piece.upper.insert(piece.upper.end(), second.upper.begin(), second.upper.end());
  std::vector<Phase> phase = patch_joint(x)->known;
  const NetPointer other = patch_joint(y);
  phase.insert(phase.end(), other->known.begin(), other->known.end());
  enclosure_.phase = std::move(phase);
  walked_ = &doubled_;
  walk(words, piece);
  walked_ = &network_;
}

void Checker::pair_cell(std::string_view lists, const Box& piece) const {
  std::vector<Affine> equal, wanted;  // forms that are 0 at w, and those that shall be
  for (const Row& row : doubled_.outputs)
    (equal.size() < at(m_) ? equal : wanted).push_back(on_piece(row, doubled_.n, active_, affine_));
  auto [most, zero] = combine(lists, std::move(equal), sides(piece, false), piece.ball);
  require(most <= 0, "cells: the multipliers do not bound anything on the box");
  if (most < 0) return;
  const int known = rank(zero, doubled_.n + 1);
  if (known > rank(zero, doubled_.n)) return;  // a combination of them is 1
  zero.insert(zero.end(), wanted.begin(), wanted.end());
  require(rank(zero, doubled_.n + 1) == known, "cells: equal outputs may come from points that are told apart");
}

}  // namespace foldproof_check
