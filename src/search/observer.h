// What the search says while it works: one event stream for the proof writer, the pictures and the tests.
//
// Boxes are in coordinates relative to the centre. Identifiers are unique within a run; every cover announces its root.
// Calls come one at a time, from any thread, parents before children.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

struct Collision;

class Observer {
 public:
  virtual ~Observer() = default;
  /// A cover of this box begins: "local" (one determinant sign), "monotone" (one preconditioner) or "whole" (one cube).
  virtual void root(std::uint64_t /*id*/, const Box& /*box*/, const char* /*cover*/) {}
  /// The matrix M of the monotone cover that was announced last, n x m by rows, for the outputs as they are.
  virtual void preconditioner(const std::vector<double>& /*m*/) {}
  /// Node `id` was cut at `where` in coordinate `axis`; its halves are first_child (below) and first_child + 1.
  virtual void split(std::uint64_t /*id*/, int /*axis*/, double /*where*/, std::uint64_t /*first_child*/) {}
  /// The part of the node inside B(clipped_to) was proved by `test`, determinant sign `sign` (0: monotone test). `line`
  /// is the leaf's line in a proof (docs/certificate.md, section 3); a leaf that is followed by trees of its own has
  /// several, with line feeds between them.
  virtual void leaf(std::uint64_t /*id*/, const Box& /*box*/, const char* /*test*/, int /*sign*/, double /*clipped_to*/,
                    const std::string& /*line*/) {}
  /// The node lies outside B(target): nothing is claimed about it.
  virtual void beyond(std::uint64_t /*id*/, double /*target*/) {}

  /// Pairs of patches of the boundary of B(radius) n D begin, anew: patches 0.. are its parts as in
  /// docs/certificate.md, 4.5 (maximum norm: axis 0 low, axis 0 high, axis 1 low, ...), pairs 0.. the unordered pairs
  /// of parts (0, 0), (0, 1), ..., (1, 1), ...
  virtual void boundary(double /*radius*/, int /*parts*/) {}
  /// Pairs of patches of the whole of B(radius) n D begin: patch 0 is the box of that ball, pair 0 is (0, 0).
  virtual void all_pairs(double /*radius*/) {}
  /// A patch was cut.
  virtual void patch_split(int /*patch*/, int /*axis*/, double /*where*/, int /*below*/, int /*above*/) {}
  /// No point of the patch matters: |u| > r on all of it, or, in a shell, |u| < r on all of it.
  virtual void patch_beside(int /*patch*/) {}
  /// A pair was divided: 'd' (X, X) into (A, B), (A, A), (B, B); 'x' the first into (A, Y), (B, Y); 'y' the second into
  /// (X, A), (X, B). Children have consecutive numbers.
  virtual void pair_split(std::uint64_t /*pair*/, char /*how*/, std::uint64_t /*first_child*/) {}
  /// A pair was settled: 'i' injective on X = Y, 't' secant test, 'm' separated along the difference of the middles,
  /// 'f' along `functional` (m numbers, for the outputs as they are), 'o' one of the patches is beside,
  /// 'e' equal outputs of A make equal outputs of B.
  virtual void pair_leaf(std::uint64_t /*pair*/, char /*how*/, const std::vector<double>& /*functional*/) {}
  /// A pair was settled by its exact cells; `tokens` as in docs/certificate.md, 4.8.
  virtual void pair_cells(std::uint64_t /*pair*/, const std::string& /*tokens*/) {}
  virtual void collision(const Collision& /*pair*/) {}
};

}  // namespace foldproof
