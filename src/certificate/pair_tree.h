// How a section of pairs cut its patches and settled its pairs, kept on disk until the proof is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "certificate/cover_tree.h"
#include "certificate/proof_file.h"
#include "certificate/spool.h"

namespace foldproof {

class PairTree {
 public:
  /// `folder` is where the pairs are kept meanwhile.
  explicit PairTree(const std::filesystem::path& folder) : pairs_(folder), functionals_(folder), tokens_(folder) {}

  /// Forgets everything: patches 0.. are the roots, pairs 0.. the unordered pairs of roots (0, 0), (0, 1), ...
  void begin(int roots);
  void patch_split(int patch, int axis, double where, int below, int above);
  void patch_beside(int patch);
  void pair_split(std::uint64_t pair, char how, std::uint64_t first_child);
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional);
  void pair_cells(std::uint64_t pair, const std::string& tokens);

  /// The lines `patches`, `pairs` and all trees. @throws std::logic_error if some pair is not settled (a bug).
  void write(ProofFile& file) const;
  /// The same for pairs of a whole ball, of which those in `ball` are proved; patch 0 is `root`. A patch whose part in
  /// the ball has no interior becomes `o`, as it is, and so does a pair with it.
  void write_within(ProofFile& file, const Box& root, const Ball& ball) const;

 private:
  struct Pair {
    std::uint64_t first;   // divided: first child; leaf: place of the functional, or of the tokens
    std::int32_t numbers;  // leaf: length of that
    char how;              // 0 nothing is known; otherwise as in Observer
  };
  struct Patch {
    int axis = -1;  // not cut
    double where = 0.0;
    int below = -1, above = -1;
    bool beside = false;  // not cut, and no point of it matters
  };
  struct Part {
    int patch;
    Box box;
  };
  void write_patch(ProofFile& file, int patch) const;
  void write_pair(ProofFile& file, std::uint64_t pair) const;
  Part half(const Part& part, bool above) const;
  void write_patch_within(ProofFile& file, const Part& part, const Ball& ball) const;
  void write_pair_within(ProofFile& file, std::uint64_t pair, const Part& x, const Part& y, const Ball& ball) const;
  const Pair& settled(std::uint64_t pair) const;
  /// The line of a pair, without its children.
  std::string text_of(const Pair& node) const;

  Spool<Pair> pairs_;
  Spool<double> functionals_;
  Spool<char> tokens_;
  std::vector<Patch> patches_;
  int roots_ = 0;
};

}  // namespace foldproof
