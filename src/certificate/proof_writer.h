// From the events of a search for the radius to a proof file (docs/certificate.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "certificate/cover_tree.h"
#include "certificate/pair_tree.h"
#include "search/observer.h"
#include "search/radius_search.h"

namespace foldproof {

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
  explicit ProofWriter(const std::filesystem::path& folder)
      : covers_(folder), boundary_(folder), ball_(folder), pairs_(&boundary_) {}
  ProofWriter(const ProofWriter&) = delete;
  ProofWriter& operator=(const ProofWriter&) = delete;

  void root(std::uint64_t id, const Box&, const char* cover) override { roots_[cover] = id; }
  void preconditioner(const std::vector<double>& m) override { preconditioner_ = m; }
  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child) override {
    covers_.split(id, axis, where, first_child);
  }
  void leaf(std::uint64_t id, const Box&, const char*, int sign, double, const std::string& line) override {
    if (sign != 0) sign_ = sign;
    covers_.leaf(id, line);
  }
  void boundary(double, int parts) override { begin_pairs(boundary_, parts); }
  void all_pairs(double radius) override {
    asked_ball_ = radius;
    begin_pairs(ball_, 1);
  }
  void patch_split(int patch, int axis, double where, int below, int above) override {
    pairs_->patch_split(patch, axis, where, below, above);
  }
  void patch_beside(int patch) override { pairs_->patch_beside(patch); }
  void pair_split(std::uint64_t pair, char how, std::uint64_t first_child) override {
    pairs_->pair_split(pair, how, first_child);
  }
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override {
    pairs_->pair_leaf(pair, how, functional);
  }
  void pair_cells(std::uint64_t pair, const std::string& tokens) override { pairs_->pair_cells(pair, tokens); }

  /// Writes the proof of `result`; `path` appears only when it is complete.
  /// @throws InputError if the file cannot be written, std::logic_error if the events leave a hole (a bug).
  ProofSize write(const std::string& path, const Problem& problem, const RadiusResult& result,
                  const ProofSubject& subject) const;
  /// The leaf on that line of the proof that write() wrote last; nothing if there is none.
  std::optional<RefusedLeaf> leaf_on_line(std::uint64_t line) const;

 private:
  void begin_pairs(PairTree& tree, int roots) {
    pairs_ = &tree;
    tree.begin(roots);
  }

  std::map<std::string, std::uint64_t> roots_;
  std::vector<double> preconditioner_;
  int sign_ = 1;
  CoverTree covers_;
  PairTree boundary_, ball_;
  double asked_ball_ = 0.0;  // the radius of the box that the pairs of ball_ began with
  PairTree* pairs_;          // of the section that is searched now
  // where the covers of the last proof begin
  struct Written {
    std::uint64_t line;
    std::uint64_t root;
    Box box;
    Ball ball;
    std::string cover;
  };
  mutable std::vector<Written> written_;
};

/// The last line of a proof of this result, without the line feed.
std::string end_line(const std::string& question, const RadiusResult& result);

}  // namespace foldproof
