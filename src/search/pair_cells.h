// Pairs of linear pieces over a pair of boxes, exactly: what equal outputs of A say about those of B.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "question/problem.h"

namespace foldproof {

/// Pivots of the coefficients of the inputs in all rows: as many as there are directions that the network sees.
std::vector<int> directions_seen(const Network& network);

class PairCells {
 public:
  /// `root` is the problem's network about its centre.
  PairCells(const Problem& problem, const RegionNetwork& root);

  struct Outcome {
    /// Of docs/certificate.md, 4.8: equal outputs of A make equal outputs of B for u in X and v in Y; of one network:
    /// f(u) = f(v) makes u = v. Nothing if that is not so, or was not found out.
    std::optional<std::string> tokens;
    /// It is not so, apparently: points inside two cells of which it fails. Otherwise empty.
    std::vector<double> u, v;
  };
  /// Gives up at once where `most` pairs of cells may not be enough.
  Outcome settle(const Box& x, const Box& y, double most) const;

 private:
  /// What is proved of each neuron on the box; and how many cells its undecided hinges may make.
  std::vector<Phase> phases(const Box& box, double& cells) const;

  const Problem& problem_;
  const RegionNetwork& root_;
  Network second_network_;  // the same, with the numbers that its neurons have for v
  Problem second_;
  int dimension_;  // of what the network sees
};

}  // namespace foldproof
