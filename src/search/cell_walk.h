// The linear pieces that meet a box, one after the other, exactly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "question/problem.h"
#include "search/cell_program.h"

namespace foldproof {

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

  /// A branch that needs no cells: its token, which shows that the open polyhedron of its constraints holds no point of
  /// the box.
  virtual std::optional<std::string> surely_empty() { return empty_on(box_, ends_of(box_), false); }
  /// y >= 0, y != 0, such that sum y_j r_j is <= 0 between the ends, or < 0 if `strictly`; exactly. The box is about
  /// what lies between the ends; if it has a ball, points outside of it do not count.
  std::optional<std::string> empty_on(const Box& box, const std::vector<std::pair<Rational, Rational>>& ends,
                                      bool strictly) const;

  CellRow compose(const AffineRow& row) const;
  /// `neuron` by its number, as proofs name it.
  std::string named(int j) const { return std::to_string(network_.number[static_cast<std::size_t>(j)]); }

  const Network& network_;
  const std::vector<Rational>& centre_;
  const Box& box_;
  std::vector<CellRow> rows_;  // pre-activations on this piece
  std::vector<bool> active_;
  std::vector<CellRow> constraints_;  // of the neurons decided on this branch: > 0 inside the cell
  std::vector<int> decided_;          // the neuron of each constraint

 private:
  bool decide(std::size_t place);

  std::vector<Phase> phase_;
  std::vector<int> order_;
  std::string proof_;
};

/// What is proved of each neuron on the box; nothing if more than `most_unstable` of them are undecided.
std::optional<std::vector<Phase>> phases_on(const RegionNetwork& root, const Box& box, int most_unstable);

}  // namespace foldproof
