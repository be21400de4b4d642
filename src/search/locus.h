// J0 in a box: its exact shape, and a cover by boxes of one proved determinant sign and boxes that hold a change of
// it. The observer hears of the cover as of any other; lines of leaves are those of `cover locus`
// (docs/certificate.md).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "question/problem.h"
#include "search/control.h"
#include "search/locus_shape.h"
#include "slope/cube_test.h"

namespace foldproof {

struct LocusResult {
  bool shape_complete = false;        ///< all of J0 in the box is in `shape`
  LocusShape shape;                   ///< n <= 3
  std::uint64_t cells = 0;            ///< linear cells that were enumerated
  std::uint64_t boxes = 0, open = 0;  ///< leaves 'b' and '?' of the cover
  double width = 0.0;                 ///< the longest side of such a leaf
};

class LocusSearch {
 public:
  /// `resolution`: leaves 'b' and, unless the run must stop, '?' have no longer sides; 0: the shape alone is wanted.
  /// @pre the problem is square, its domain is a box and max_radius reaches all of it; n <= 3 or resolution > 0
  LocusSearch(const Problem& problem, double resolution, Control& control);
  LocusResult run();

 private:
  struct Region {
    std::shared_ptr<const RegionNetwork> network;
    std::string pattern;  // of the neurons decided on it
  };
  struct Node {
    Box box;
    std::shared_ptr<const Region> region;     // valid on the box
    std::shared_ptr<const LocusCells> cells;  // of a box that holds this one, once they are known
    std::uint64_t id = 0;
  };
  struct Worker;

  void work();
  void process(Worker& worker, Node& node);
  int test(Worker& worker, const RegionNetwork& net, const Box& box) const;
  int sign_at(Worker& worker, const Node& node, const std::vector<double>& point) const;
  std::string two_signs(Worker& worker, const Node& node) const;
  std::shared_ptr<const Region> narrower(Worker& worker, const Region& region, const Box& box) const;
  std::shared_ptr<const LocusCells> enumerate(Worker& worker, const Node& node);
  void settle(Worker& worker, const Node& node);
  void leaf(std::uint64_t id, const Box& box, int sign, const std::string& line, const char* how);
  void split(const Node& node, int axis);
  Node half(const Node& node, int axis, double where, int h, std::uint64_t id) const;

  const Problem& problem_;
  const double resolution_;
  Control& control_;
  const IntegerNetwork exact_;
  const Box root_box_;
  std::shared_ptr<const Region> root_;
  int n_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Node> coarse_, fine_;  // open nodes before and after their cells are known
  int in_work_ = 0;
  std::vector<std::shared_ptr<const LocusCells>> boxes_;
  LocusResult result_;
};

}  // namespace foldproof
