// At a worker: the events of a part of a pair search, as PairSearch::merge reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "search/bytes.h"
#include "search/observer.h"

namespace foldproof {

class PairRecorder : public Observer {
 public:
  /// Patches 0 .. patches - 1 and pairs 0 .. pairs - 1 are those of the request.
  void begin(int patches, std::uint64_t pairs);

  void patch_split(int patch, int axis, double where, int below, int above) override;
  void pair_split(std::uint64_t pair, char how, std::uint64_t first_child) override;
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override;
  void pair_cells(std::uint64_t pair, const std::string& tokens) override;

  void write(ByteWriter& out) const;

 private:
  void event(char what, std::uint64_t id);

  int next_patch_ = 0;
  std::uint64_t next_pair_ = 0, count_ = 0;
  ByteWriter events_;
};

}  // namespace foldproof
