// What the search says while it works: one event stream for the proof writer, the pictures and the tests.
//
// Boxes are in coordinates relative to the centre. Identifiers are unique within a run; every cover announces its root.
// Calls come one at a time, from any thread, parents before children.
#pragma once

#include <cstdint>

#include "bounds/region_network.h"

namespace foldproof {

struct Collision;

class Observer {
 public:
  virtual ~Observer() = default;
  /// A cover of this box begins: "local" (one determinant sign), "monotone" (one preconditioner) or "whole" (one cube).
  virtual void root(std::uint64_t /*id*/, const Box& /*box*/, const char* /*cover*/) {}
  /// Node `id` was cut at `where` in coordinate `axis`; its halves are first_child (below) and first_child + 1.
  virtual void split(std::uint64_t /*id*/, int /*axis*/, double /*where*/, std::uint64_t /*first_child*/) {}
  /// The part of the node inside B(clipped_to) was proved by `test`, determinant sign `sign` (0: monotone test).
  virtual void leaf(std::uint64_t /*id*/, const Box& /*box*/, const char* /*test*/, int /*sign*/,
                    double /*clipped_to*/) {}
  /// The node lies outside B(target): nothing is claimed about it.
  virtual void beyond(std::uint64_t /*id*/, double /*target*/) {}
  /// A pair of boundary boxes was settled by `test`.
  virtual void pair(const Box& /*x*/, const Box& /*y*/, const char* /*test*/) {}
  virtual void collision(const Collision& /*pair*/) {}
};

}  // namespace foldproof
