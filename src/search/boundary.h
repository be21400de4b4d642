// The global part for square maps: f is injective on the boundary of the ball (MATHEMATICS 4.2).
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "search/incumbent.h"
#include "slope/cube_test.h"

namespace foldproof {

class BoundaryPairs {
 public:
  BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                Control& control);

  enum class Result {
    injective,   ///< no collision on the boundary of B(radius) n D, proved
    collision,   ///< an exact colliding pair was found and offered to the incumbent
    unresolved,  ///< some pair of tiny boxes could be neither separated nor made to collide, or too many pairs
    stopped
  };
  /// All unordered pairs of boundary boxes of B(radius) n D, (X, X) included, depth first; at most `most_pairs`.
  Result run(double radius, std::uint64_t most_pairs);
  /// After `unresolved`: the hull of the pair that resists, if there is one.
  const std::optional<Box>& resisting() const { return resisting_; }

 private:
  // A boundary box with a zonotope that encloses its image, made once and used in many pairs: f(X) lies in
  // value + sum_g generator_g e_g +- remainder, |e_g| <= 1. The first n generators belong to the sides of the box.
  struct Patch {
    Box box;
    std::shared_ptr<const RegionNetwork> network;
    std::vector<double> value, generators, remainder;  // m, generators x m, m
    double width = 0, image = 0;                     // largest side of the box; size of the image
    bool injective = false;                          // the cube test passed on the box itself
    int children[2] = {-1, -1};                      // indices, once split
    std::once_flag split;
  };
  struct Pair {
    int x, y;
    std::uint64_t id;
    std::shared_ptr<const RegionNetwork> network;    // valid on both boxes
    double asked = 0.0;                              // width at which an exact collision was looked for; 0: never
  };
  struct Worker {
    explicit Worker(double margin) : test(margin) {}
    Bounder bounder;
    CubeTest test;
    SlopeMatrices slopes;
    std::vector<SlopeRange> range;
    std::vector<double> lower, upper, direction, candidate, matrix;
  };

  int add_patch(Worker& worker, Box box, std::shared_ptr<const RegionNetwork> parent, bool test);
  void split_patch(Worker& worker, int index);
  void work();
  /// 'm' or 'f' as in Observer::pair_leaf, with the functional in worker.direction; 0 if no functional was found.
  char separated(Worker& worker, const Patch& x, const Patch& y) const;
  bool gap_along(const double* direction, const Patch& x, const Patch& y) const;
  bool gap_along_rounded(Worker& worker, const Patch& x, const Patch& y) const;
  /// The functional that separated() found last, for the outputs as they are; empty unless settled is 'f'.
  std::vector<double> functional_of(const Worker& worker, char settled) const;
  bool secant(Worker& worker, Pair& pair, const Patch& x, const Patch& y);
  Patch& patch(int index);

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Incumbent& incumbent_;
  Control& control_;
  double radius_ = 0;
  bool outputs_comparable_ = true;
  std::mutex mutex_;        // stack and counters
  std::mutex patch_mutex_;  // patches_
  std::condition_variable changed_;
  std::deque<Patch> patches_;
  std::vector<Pair> stack_;
  int working_ = 0;
  bool over_ = false;
  Result result_ = Result::injective;
  std::optional<Box> resisting_;
  std::uint64_t most_pairs_ = 0, pairs_ = 0, next_id_ = 0;
};

}  // namespace foldproof
