// The linear pieces that meet a box, one after the other, exactly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "question/problem.h"

namespace foldproof {

/// a . u + b over inputs relative to the centre, dense.
struct CellRow {
  std::vector<Rational> a;
  Rational b;
};

/// Walks the cells of a box and collects the tokens of docs/certificate.md, 4.4; what settles a cell is up to those who
/// derive from it.
class CellWalk {
 public:
  /// `phase`: what is proved of each neuron of the problem's network on the box, which is relative to the centre.
  CellWalk(const Problem& problem, const Box& box, std::vector<Phase> phase);
  virtual ~CellWalk() = default;

  /// The tokens; nothing if some cell was not settled.
  std::optional<std::string> proof();

 protected:
  /// The cell whose phases are active_[]: its token, or nothing if it is not settled.
  virtual std::optional<std::string> settle() = 0;

  CellRow compose(const AffineRow& row) const;
  /// `neuron` by its number, as proofs name it.
  std::string named(int j) const { return std::to_string(network_.number[static_cast<std::size_t>(j)]); }

  const Network& network_;
  const std::vector<Rational>& centre_;
  const Box& box_;
  std::vector<CellRow> rows_;         // pre-activations on this piece
  std::vector<bool> active_;
  std::vector<CellRow> constraints_;  // of the neurons decided on this branch: > 0 inside the cell
  std::vector<int> decided_;          // the neuron of each constraint

 private:
  bool decide(std::size_t place);
  bool surely_empty();

  std::vector<Phase> phase_;
  std::vector<int> order_;
  std::string proof_;
};

/// What is proved of each neuron on the box; nothing if more than `most_unstable` of them are undecided.
std::optional<std::vector<Phase>> phases_on(const RegionNetwork& root, const Box& box, int most_unstable);

}  // namespace foldproof
