// Pairs of boxes, ever smaller, until none can hold a collision of f.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "search/dispatch.h"
#include "search/incumbent.h"
#include "search/node.h"
#include "search/pair_cells.h"
#include "search/separation.h"
#include "slope/rank_test.h"

namespace foldproof {

class PairRecorder;

class PairSearch : public Divisible {
 public:
  /// A box of the ball whose points are asked about; of a shell, only those on the ball's surface |u| = r matter.
  struct Root {
    Box box;
    bool shell = false;
  };

  /// What is particular to a question.
  struct Rules {
    /// Columns of J(s) that the cube tests look at; empty: all.
    std::vector<int> columns;
    /// Looks for an exact collision in a pair of boxes that resists and offers it to the incumbent; true if it
    /// improved. `last`: nothing more will be tried there.
    std::function<bool(const Box& x, const Box& y, bool last)> collide;
    /// Settles a pair that may collide ('e'); may be empty.
    std::function<bool(const Box& x, const Box& y)> harmless;
    /// Asks the exact cells of a pair ('c'), at most `most` pairs of them; may be empty. Where a pair of cells
    /// collides, it has been offered to the incumbent.
    std::function<PairCells::Outcome(const Box& x, const Box& y, double most)> cells;
    /// How often all sides of boxes are halved in a large network before cells are asked as in a small one.
    double patience = 0.0;
  };

  /// With a dispatch (may be null), parts are searched elsewhere by the same rules.
  PairSearch(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent, Control& control,
             Rules rules, Dispatch* dispatch);

  enum class Result {
    injective,   ///< no collision of two points of the roots that matter, proved
    collision,   ///< an exact colliding pair was found and offered to the incumbent
    unresolved,  ///< some pair of tiny boxes could be neither separated nor made to collide, or too many pairs
    stopped
  };
  /// All unordered pairs of roots, boxes of U(radius), (X, X) included, depth first; at most `most_pairs`. Points
  /// farther than the radius do not matter.
  /// Patches 0.. of the events are the roots, pairs 0.. the pairs (0, 0), (0, 1), ..., (1, 1), ...
  Result run(std::vector<Root> roots, double radius, std::uint64_t most_pairs);
  /// All pairs of points of B(incumbent.target()) n D, best first by their distance from the centre, until none is left
  /// nearer than incumbent.target(). Returns a radius on whose ball, cut by D, no pair collides (in a way that is not
  /// harmless), proved; also if it stopped early. Announced as Observer::all_pairs.
  double run_best_first(std::uint64_t most_pairs);
  /// At a worker: the part of a payload, of run() or, if `best_first`, of run_best_first(), whose roots and radius
  /// these are; at most `most_pairs` pairs. Writes what its merging reads. `recorder` is what the control's observer
  /// tells.
  void run_part(std::vector<Root> roots, double radius, bool best_first, ByteReader& in, std::uint64_t most_pairs,
                PairRecorder& recorder, ByteWriter& out);
  /// After `unresolved`: the hull of the pair that resists, if there is one.
  const std::optional<Box>& resisting() const { return resisting_; }

 private:
  struct Patch {
    Box box;
    std::shared_ptr<const RegionNetwork> network;
    Image image;             // made once and used in many pairs
    double width = 0;        // largest side of the box
    double distance = 0;     // of the box to the centre
    bool injective = false;  // the cube test passed on the box itself
    bool shell = false;      // a part of a shell
    bool beside = false;     // no point of the box matters
    int parent = -1;
    int children[2] = {-1, -1};  // indices, once split
    int axis = 0;                // of that cut
    double where = 0.0;
    std::once_flag split, making;
    std::atomic<bool> is_split{false};
    std::atomic<bool> ready{false};  // network, image and injective are there
  };
  struct Pair {
    int x, y;
    std::uint64_t id;
    std::shared_ptr<const RegionNetwork> network;  // valid on both boxes
    double asked = 0.0;                            // width at which an exact collision was looked for; 0: never
    double distance = 0.0;                         // of the farther box to the centre; depth first: 0
    int divisions = 0;                             // from the roots
    int cells_from = 0;                            // so many divisions are needed before exact cells are tried
    std::uint64_t from = 0;                        // the part of the search in whose reply it came, if it did
  };
  /// The youngest on a tie, which for pairs of one distance is depth first.
  Later later() const { return part_ ? Later::of_part(radius_) : Later{true}; }
  struct Worker {
    Worker(const RegionNetwork& root, double margin) : test(margin), separation(root, margin) {}
    Bounder bounder;
    RankTest test;
    SlopeMatrices slopes;
    Separation separation;
    std::vector<SlopeRange> range;
    std::vector<double> lower, upper;
  };

  struct PairPart;

  int add_patch(Root part, int parent);
  /// The patch with its network and image, which are made from its parent's if they are not there yet.
  Patch& prepared(Worker& worker, int index);
  void prepare(Worker& worker, Patch& patch);
  void split_patch(Worker& worker, int index);
  void cut(int index, int axis, double where);
  void tell_cut(int index);
  /// Cuts the patch so, or finds that it was cut so; false if it was cut in another way.
  bool adopt_cut(int index, int axis, double where);
  void begin(double radius, std::uint64_t most_pairs, std::vector<Root> roots);
  void push(Pair pair);
  void push_again(Pair pair);
  bool nothing_waits() const;
  void search();
  void measure_root();
  void work();
  void write_patches(ByteWriter& out, PairPart& part) const;
  Box asked_of(const Box& box) const;
  double split_size(const Patch& patch) const;
  /// A place to cut a box that sticks out of the ball of this radius, on its surface; false if there is none.
  bool cut_at_surface(const Box& box, double radius, std::size_t& axis, double& where) const;
  bool secant(Worker& worker, Pair& pair, const Patch& x, const Patch& y);
  Patch& patch(int index) const;

  std::mutex& mutex() const override { return mutex_; }
  std::condition_variable& changed() override { return changed_; }
  char kind() const override { return best_first_ ? 'a' : 'b'; }
  std::size_t waiting() const override;
  bool over() const override;
  std::unique_ptr<Part> take(std::size_t count) override;
  void give_back(Part& part) override;
  bool merge(Part& part, ByteReader& in, const PartReport& report) override;

  const Problem& problem_;
  std::shared_ptr<const RegionNetwork> root_;
  Incumbent& incumbent_;
  Control& control_;
  Rules rules_;
  Dispatch* const dispatch_;
  bool best_first_ = false;
  bool part_ = false;           // at a worker
  bool tell_all_cuts_ = false;  // two workers disagreed about a cut
  double radius_ = 0;
  double image_scale_ = 1.0, width_scale_ = 1.0;  // of the root, best first
  mutable std::mutex mutex_;                      // stack and counters
  mutable std::mutex patch_mutex_;                // patches_
  std::condition_variable changed_;
  mutable std::deque<Patch> patches_;
  std::vector<Pair> stack_;      // a heap
  std::vector<double> in_work_;  // distances of the pairs being tested
  bool over_ = false;
  Result result_ = Result::injective;
  std::optional<Box> resisting_;
  std::uint64_t most_pairs_ = 0, pairs_ = 0, next_id_ = 0;
};

}  // namespace foldproof
