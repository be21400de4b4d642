// From the search's events to a proof file (docs/certificate.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "certificate/spool.h"
#include "search/observer.h"
#include "search/radius_search.h"

namespace foldproof {

/// What a proof is about, besides the problem itself.
struct ProofSubject {
  std::string weights_sha256;
  std::string question;       // "radius" or "injective"
  std::vector<int> inactive;  // neurons of the network as read that presolve replaced by 0
};

struct ProofSize {
  std::uint64_t bytes = 0, leaves = 0, pairs = 0;  // leaves of covers, settled pairs
};

/// A leaf of a cover that a checker refused.
struct RefusedLeaf {
  std::string cover;      // as announced: "local", "monotone" or "whole"
  double distance = 0.0;  // of its box to the centre
};

/// Keeps the events of one run on disk, in any order, and writes the proof of its result depth first. Nodes outside the
/// proved ball are left out: every box is cut to that ball, so that only what covers it is written.
class ProofWriter : public Observer {
 public:
  /// `folder` is where the events are kept meanwhile.
  explicit ProofWriter(const std::filesystem::path& folder);

  void root(std::uint64_t id, const Box& box, const char* cover) override;
  void preconditioner(const std::vector<double>& m) override { preconditioner_ = m; }
  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child) override;
  void leaf(std::uint64_t id, const Box& box, const char* test, int sign, double clipped_to,
            const std::string& cells) override;
  void boundary(double radius, int faces) override;
  void patch_split(int patch, int axis, double where, int below, int above) override;
  void pair_split(std::uint64_t pair, char how, std::uint64_t first_child) override;
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override;

  /// Writes the proof of `result`; `path` appears only when it is complete.
  /// @throws InputError if the file cannot be written, std::logic_error if the events leave a hole (a bug).
  ProofSize write(const std::string& path, const Problem& problem, const RadiusResult& result,
                  const ProofSubject& subject) const;
  /// The leaf on that line of the proof that write() wrote last; nothing if there is none.
  std::optional<RefusedLeaf> leaf_on_line(std::uint64_t line) const;

 private:
  struct Node {
    double where;         // split
    std::uint64_t first;  // split: first child; cells: place of their text
    std::int32_t axis;    // split; cells: length of their text
    char kind;            // 0 nothing is known, 's', 'l' or 'c'
  };
  struct PairNode {
    std::uint64_t first;  // divided: first child; 'f': place of the functional
    char how;             // 0 nothing is known; otherwise as in Observer
  };
  struct PatchNode {
    int axis = -1;  // not cut
    double where = 0.0;
    int below = -1, above = -1;
  };
  class Output;

  /// Calls leaf(node, box) and split(node) in the order of the proof's lines.
  template <class OnSplit, class OnLeaf>
  void walk_cover(std::uint64_t id, Box& box, const OnSplit& split, const OnLeaf& leaf) const;
  void write_patch(Output& output, int patch) const;
  void write_pair(Output& output, std::uint64_t pair) const;

  std::map<std::string, std::uint64_t> roots_;
  std::vector<double> preconditioner_;
  int sign_ = 1;
  Spool<Node> nodes_;
  Spool<char> cells_;
  Spool<PairNode> pairs_;
  Spool<double> functionals_;
  std::vector<PatchNode> patches_;
  int faces_ = 0;
  // where the covers of the last proof begin
  struct Written {
    std::uint64_t line;
    std::uint64_t root;
    Box box;
    std::string cover;
  };
  mutable std::vector<Written> written_;
};

/// The last line of a proof of this result, without the line feed.
std::string end_line(const std::string& question, const RadiusResult& result);

}  // namespace foldproof
