// Parts of a cover: boxes that go to a worker, and the events that come back.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "search/control.h"
#include "search/dispatch.h"
#include "search/node.h"

namespace foldproof {

struct NodePart : Part {
  std::vector<Node> nodes;
};

/// The first `count` nodes of the queue, or all; their boxes are the payload.
std::unique_ptr<NodePart> take_nodes(NodeQueue& queue, std::size_t count);

/// At the worker: nodes 0, 1, ... with the boxes of a payload, valid for `root`.
std::vector<Node> read_nodes(ByteReader& in, Norm norm, const std::shared_ptr<const RegionNetwork>& root);

/// At the worker: keeps the events of a cover on one thread.
class CoverRecorder : public Observer {
 public:
  /// Nodes 0 .. nodes - 1 are those of the request.
  void begin(std::uint64_t nodes) { next_ = nodes; }
  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child) override;
  void leaf(std::uint64_t id, const Box&, const char* test, int sign, double clipped_to,
            const std::string& line) override;
  void beyond(std::uint64_t id, double target) override;

  /// The events, and the nodes that were left open or narrow.
  void write(ByteWriter& out, NodeQueue open, const std::vector<Node>& narrow) const;

 private:
  std::uint64_t next_ = 0;
  ByteWriter events_;
  std::uint64_t count_ = 0;
};

struct NodeReply {
  std::vector<Node> open, narrow;
};

/// What a CoverRecorder wrote of this part, told to the observer with identifiers of this run. Throws BadBytes before
/// anything is told, also where something within B(reach) is left out.
NodeReply read_reply(ByteReader& in, const NodePart& part, std::uint64_t number, const Problem& problem, double reach,
                     const std::shared_ptr<const RegionNetwork>& root, Control& control);

}  // namespace foldproof
