// How a cover cut its boxes, kept on disk until the proof is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "bounds/box.h"
#include "certificate/proof_file.h"
#include "certificate/spool.h"

namespace foldproof {

/// The trees of one run's covers: nodes come in any order, and are written depth first. Every box is cut to the root
/// box of the proof, so that nodes outside it are left out: a node whose box does not meet it in its interior
/// disappears, because its sibling then fills the part of the parent that does. A box of the others that lies outside
/// the ball becomes a leaf `o`. Leaves hold on every part of their box.
class CoverTree {
 public:
  /// `folder` is where the nodes are kept meanwhile.
  explicit CoverTree(const std::filesystem::path& folder) : nodes_(folder), texts_(folder) {}

  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child);
  /// `text` is the leaf's line in the proof (or lines, for a leaf that is followed by trees of its own).
  void leaf(std::uint64_t id, const std::string& text);

  /// @throws std::logic_error if some part of the box has no leaf (a bug).
  void write(ProofFile& file, std::uint64_t root, const Box& box, const Ball& ball) const;
  /// The box of the leaf on a line, of the tree that was written so that it begins on line `first`.
  std::optional<Box> leaf_on_line(std::uint64_t line, std::uint64_t first, std::uint64_t root, const Box& box,
                                  const Ball& ball) const;

 private:
  struct Node {
    double where;         // split
    std::uint64_t first;  // split: first child; leaf: place of its text
    std::int32_t axis;    // split; leaf: length of its text
    char kind;            // 0 nothing is known, 's' split, 'l' the leaf "l", 't' a leaf with a text
  };

  /// Calls split(node) and leaf(text, box) in the order of the proof's lines.
  template <class OnSplit, class OnLeaf>
  void walk(std::uint64_t id, Box& box, const Ball& ball, const OnSplit& split, const OnLeaf& leaf) const;

  Spool<Node> nodes_;
  Spool<char> texts_;
};

}  // namespace foldproof
