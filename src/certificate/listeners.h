// Observers of a run: one that keeps leaves for pictures, one that passes events on to two.
#pragma once

#include <cstdint>
#include <vector>

#include "foldproof/foldproof.h"
#include "search/observer.h"

namespace foldproof {

// Keeps at most `capacity` leaves, evenly thinned: when full, every second one is dropped and the stride doubles.
class LeafCollector : public Observer {
 public:
  /// `scale` multiplies the entries of the boxes; empty: 1.
  LeafCollector(std::size_t capacity, std::vector<double> scale) : capacity_(capacity), scale_(std::move(scale)) {}

  void leaf(std::uint64_t, const Box& box, const char* test, int, double, const std::string&) override {
    const std::uint64_t index = total_++;
    if (capacity_ == 0 || index % stride_ != 0) return;
    if (leaves_.size() == capacity_) {
      std::size_t kept = 1;
      for (std::size_t i = 2; i < leaves_.size(); i += 2) leaves_[kept++] = std::move(leaves_[i]);
      leaves_.resize(kept);
      stride_ *= 2;
      if (index % stride_ != 0) return;
    }
    Leaf& leaf = leaves_.emplace_back(Leaf{box.lower, box.upper, test});
    for (std::size_t i = 0; i < scale_.size(); ++i) {
      leaf.lower[i] *= scale_[i];
      leaf.upper[i] *= scale_[i];
    }
  }

  const std::vector<Leaf>& leaves() const { return leaves_; }
  std::uint64_t total() const { return total_; }

 private:
  std::size_t capacity_;
  std::vector<double> scale_;
  std::uint64_t stride_ = 1;
  std::uint64_t total_ = 0;
  std::vector<Leaf> leaves_;
};

// The same events for two listeners.
class Tee : public Observer {
 public:
  Tee(Observer& a, Observer& b) : both_{&a, &b} {}
  void root(std::uint64_t id, const Box& box, const char* cover) override { each(&Observer::root, id, box, cover); }
  void preconditioner(const std::vector<double>& m) override { each(&Observer::preconditioner, m); }
  void split(std::uint64_t id, int axis, double where, std::uint64_t child) override {
    each(&Observer::split, id, axis, where, child);
  }
  void leaf(std::uint64_t id, const Box& box, const char* test, int sign, double clipped_to,
            const std::string& cells) override {
    each(&Observer::leaf, id, box, test, sign, clipped_to, cells);
  }
  void beyond(std::uint64_t id, double target) override { each(&Observer::beyond, id, target); }
  void boundary(double radius, int faces) override { each(&Observer::boundary, radius, faces); }
  void all_pairs(double radius) override { each(&Observer::all_pairs, radius); }
  void patch_split(int patch, int axis, double where, int below, int above) override {
    each(&Observer::patch_split, patch, axis, where, below, above);
  }
  void patch_beside(int patch) override { each(&Observer::patch_beside, patch); }
  void pair_split(std::uint64_t pair, char how, std::uint64_t child) override {
    each(&Observer::pair_split, pair, how, child);
  }
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override {
    each(&Observer::pair_leaf, pair, how, functional);
  }
  void pair_cells(std::uint64_t pair, const std::string& tokens) override { each(&Observer::pair_cells, pair, tokens); }
  void collision(const Collision& pair) override { each(&Observer::collision, pair); }

 private:
  template <class Event, class... Arguments>
  void each(Event event, const Arguments&... arguments) {
    for (Observer* const observer : both_) (observer->*event)(arguments...);
  }
  Observer* both_[2];
};

}  // namespace foldproof
