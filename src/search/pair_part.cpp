// Parts of a pair search: pairs go to a worker together with the cuts that lead from the roots to their patches.
//
// A patch is cut once, for all pairs that it is in; a proof has one tree of cuts. Workers cut patches on their own, and
// mostly agree: how a patch is cut depends on its box, its ancestors and (best first) the target. Where a reply cuts a
// patch in another way than it was cut here meanwhile, the reply is dropped, and from then on requests tell all cuts of
// their patches that are known.
#include "search/pair_part.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "number/scalar.h"
#include "search/pair_search.h"

namespace foldproof {

void PairRecorder::begin(int patches, std::uint64_t pairs) {
  next_patch_ = patches;
  next_pair_ = pairs;
}

void PairRecorder::event(char what, std::uint64_t id) {
  ++count_;
  events_.byte(what);
  events_.whole(id);
}

void PairRecorder::patch_split(int patch, int axis, double where, int below, int above) {
  if (below != next_patch_ || above != next_patch_ + 1) throw std::logic_error("a part numbers its patches in turn");
  next_patch_ += 2;
  event('p', static_cast<std::uint64_t>(patch));
  events_.whole(static_cast<std::uint64_t>(axis));
  events_.number(where);
}

void PairRecorder::pair_split(std::uint64_t pair, char how, std::uint64_t first_child) {
  if (first_child != next_pair_) throw std::logic_error("a part numbers its pairs in turn");
  next_pair_ += how == 'd' ? 3 : 2;
  event(how, pair);
}

void PairRecorder::pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) {
  event('l', pair);
  events_.byte(how);
  events_.numbers(functional);
}

void PairRecorder::pair_cells(std::uint64_t pair, const std::string& tokens) {
  event('c', pair);
  events_.text(tokens);
}

void PairRecorder::write(ByteWriter& out) const {
  out.whole(count_);
  out.text(events_.bytes());
}

struct PairSearch::PairPart : Part {
  std::vector<Pair> pairs;
  std::vector<int> patches;  // of the request's numbers, here
};

bool PairSearch::adopt_cut(int index, int axis, double where) {
  Patch& parent = patch(index);
  if (!(where > parent.box.lower[at(axis)] && where < parent.box.upper[at(axis)])) throw BadBytes();
  std::call_once(parent.split, [&] {
    cut(index, axis, where);
    tell_cut(index);
  });
  return parent.is_split.load(std::memory_order_acquire) && parent.axis == axis && parent.where == where;
}

std::size_t PairSearch::waiting() const { return over_ || nothing_waits() ? 0 : stack_.size(); }

bool PairSearch::over() const { return over_ || (nothing_waits() && in_work_.empty()); }

std::unique_ptr<Part> PairSearch::take(std::size_t count) {
  auto part = std::make_unique<PairPart>();
  count = std::min(count, stack_.size());
  if (best_first_) {
    part->distance = stack_.front().distance;
    for (std::size_t i = 0; i < count; ++i) {
      std::pop_heap(stack_.begin(), stack_.end(), later());
      part->pairs.push_back(std::move(stack_.back()));
      stack_.pop_back();
    }
  } else {
    // Depth first the oldest pairs are the largest.
    const auto end = stack_.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(stack_.begin(), end - 1, stack_.end(), [](const Pair& a, const Pair& b) { return a.id < b.id; });
    part->pairs.assign(std::make_move_iterator(stack_.begin()), std::make_move_iterator(end));
    stack_.erase(stack_.begin(), end);
    std::make_heap(stack_.begin(), stack_.end(), later());
  }
  in_work_.push_back(part->distance);
  if (best_first_) {
    control_.lower = std::max(control_.lower.load(), *std::min_element(in_work_.begin(), in_work_.end()));
  }
  part->payload.number(radius_);
  write_patches(part->payload, *part);
  return part;
}

void PairSearch::write_patches(ByteWriter& out, PairPart& part) const {
  std::set<int> cuts, below;  // parents come before their children
  const auto add_below = [&](const auto& self, int index) -> void {
    const Patch& here = patch(index);
    if (!here.is_split.load(std::memory_order_acquire) || !below.insert(index).second) return;
    for (const int child : here.children) self(self, child);
  };
  std::map<int, std::size_t> number;
  {
    const std::lock_guard lock(patch_mutex_);
    for (std::size_t i = 0; i < patches_.size() && patches_[i].parent < 0; ++i)
      part.patches.push_back(static_cast<int>(i));
  }
  for (const Pair& pair : part.pairs) {
    for (const int index : {pair.x, pair.y}) {
      if (tell_all_cuts_) add_below(add_below, index);
      for (int up = patch(index).parent; up >= 0 && cuts.insert(up).second;) up = patch(up).parent;
    }
    if (pair.from != 0) part.from.insert(pair.from);
  }
  cuts.merge(below);
  for (std::size_t i = 0; i < part.patches.size(); ++i) number[part.patches[i]] = i;
  out.whole(cuts.size());
  for (const int index : cuts) {
    const Patch& here = patch(index);
    out.whole(number.at(index));
    out.whole(static_cast<std::uint64_t>(here.axis));
    out.number(here.where);
    for (const int child : here.children) {
      number[child] = part.patches.size();
      part.patches.push_back(child);
    }
  }
  out.whole(part.pairs.size());
  for (const Pair& pair : part.pairs) {
    out.whole(number.at(pair.x));
    out.whole(number.at(pair.y));
    out.number(pair.asked);
    out.whole(static_cast<std::uint64_t>(pair.divisions));
    out.whole(static_cast<std::uint64_t>(pair.cells_from));
  }
}

void PairSearch::give_back(Part& part) {
  in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
  for (Pair& pair : static_cast<PairPart&>(part).pairs) push_again(std::move(pair));
}

void PairSearch::run_part(std::vector<Root> roots, double radius, bool best_first, ByteReader& in,
                          std::uint64_t most_pairs, PairRecorder& recorder, ByteWriter& out) {
  best_first_ = best_first;
  part_ = true;
  begin(radius, most_pairs, std::move(roots));
  if (best_first) measure_root();
  for (std::size_t cuts = in.count(); cuts > 0; --cuts) {
    const int index = static_cast<int>(in.index(patches_.size()));
    const int axis = static_cast<int>(in.index(problem_.centre.size()));
    Patch& parent = patch(index);
    const double where = in.number();
    if (parent.is_split || !(where > parent.box.lower[at(axis)] && where < parent.box.upper[at(axis)]))
      throw BadBytes();
    std::call_once(parent.split, [&] { cut(index, axis, where); });
  }
  const std::size_t patches = patches_.size();
  for (std::size_t pairs = in.count(); pairs > 0; --pairs) {
    Pair pair{static_cast<int>(in.index(patches)), static_cast<int>(in.index(patches)), 0, root_};
    pair.asked = in.number();
    pair.divisions = static_cast<int>(in.index(1U << 30U));
    pair.cells_from = static_cast<int>(in.index(1U << 30U));
    push(std::move(pair));
  }
  recorder.begin(static_cast<int>(patches), next_id_);
  work();
  out.byte(result_ == Result::collision ? 'c' : result_ == Result::unresolved ? 'u' : ' ');
  if (result_ == Result::collision) return;
  if (result_ == Result::unresolved) {
    out.numbers(resisting_->lower);
    out.numbers(resisting_->upper);
  }
  recorder.write(out);
  out.whole(stack_.size());
  for (const Pair& pair : stack_) {
    out.whole(pair.id);
    out.number(pair.asked);
    out.whole(static_cast<std::uint64_t>(pair.divisions));
    out.whole(static_cast<std::uint64_t>(pair.cells_from));
  }
}

bool PairSearch::merge(Part& given, ByteReader& in, const PartReport& report) {
  auto& part = static_cast<PairPart&>(given);
  const auto finish = [&] {
    in_work_.erase(std::find(in_work_.begin(), in_work_.end(), part.distance));
    pairs_ += report.nodes;
    control_.pairs.fetch_add(report.nodes, std::memory_order_relaxed);
    control_.open.store(stack_.size(), std::memory_order_relaxed);
  };
  const char result = in.byte();
  if (result == 'c') {
    if (best_first_ || incumbent_.target() >= radius_) throw BadBytes();
    over_ = true;
    result_ = Result::collision;
    finish();
    return true;
  }
  std::optional<Box> resisting;
  if (result == 'u') {
    resisting = Box{in.numbers(), in.numbers()};
    if (resisting->lower.size() != problem_.centre.size() || resisting->upper.size() != problem_.centre.size()) {
      throw BadBytes();
    }
  }

  // The worker's patches and pairs, in its numbers; cuts are adopted at once, since they claim nothing.
  struct Event {
    char what = 0, how = 0;
    std::size_t pair = 0, first_child = 0;
    std::vector<double> functional = {};
    std::string tokens = {};
  };
  struct Replayed {
    int x, y;
    bool waits = true;
  };
  std::vector<int> patches = part.patches;
  std::vector<Replayed> pairs;
  std::vector<Event> events;
  for (const Pair& pair : part.pairs) pairs.push_back({pair.x, pair.y});
  const auto take_pair = [&](ByteReader& from) {
    const std::size_t id = from.index(pairs.size());
    if (!std::exchange(pairs[id].waits, false)) throw BadBytes();
    return id;
  };
  const auto halves = [&](int index) {
    const Patch& here = patch(index);
    if (!here.is_split.load(std::memory_order_acquire)) throw BadBytes();
    return std::pair(here.children[0], here.children[1]);
  };
  const std::uint64_t count = in.whole();
  const std::string bytes = in.text();
  ByteReader from(bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    Event event;
    event.what = from.byte();
    if (event.what == 'p') {
      const int index = patches[from.index(patches.size())];
      const int axis = static_cast<int>(from.index(problem_.centre.size()));
      if (!adopt_cut(index, axis, from.number())) {
        tell_all_cuts_ = true;
        return false;
      }
      for (const int child : patch(index).children) patches.push_back(child);
      continue;
    }
    event.pair = take_pair(from);
    const auto [x, y, waits] = pairs[event.pair];
    event.first_child = pairs.size();
    if (event.what == 'd') {
      if (x != y) throw BadBytes();
      const auto [a, b] = halves(x);
      pairs.insert(pairs.end(), {{a, b}, {a, a}, {b, b}});
    } else if (event.what == 'x') {
      const auto [a, b] = halves(x);
      pairs.insert(pairs.end(), {{a, y}, {b, y}});
    } else if (event.what == 'y') {
      const auto [a, b] = halves(y);
      pairs.insert(pairs.end(), {{x, a}, {x, b}});
    } else if (event.what == 'l') {
      event.how = from.byte();
      event.functional = from.numbers();
      if (event.how == 0 || event.how == 'c' || event.how == 'd' || event.how == 'x' || event.how == 'y') {
        throw BadBytes();
      }
    } else if (event.what == 'c') {
      event.tokens = from.text();
    } else {
      throw BadBytes();
    }
    events.push_back(std::move(event));
  }
  std::vector<Pair> open(in.count());
  std::vector<std::size_t> numbers;
  for (Pair& pair : open) {
    numbers.push_back(take_pair(in));
    pair.x = pairs[numbers.back()].x;
    pair.y = pairs[numbers.back()].y;
    pair.network = root_;
    pair.asked = in.number();
    pair.divisions = static_cast<int>(in.index(1U << 30U));
    pair.cells_from = static_cast<int>(in.index(1U << 30U));
    pair.from = report.part;
  }
  // A pair that is neither settled nor open is one that nobody could settle (best first that one is open), or, best
  // first, lies beyond the target.
  for (const Replayed& pair : pairs) {
    if (!pair.waits || (resisting && !best_first_)) continue;
    if (!best_first_ || std::max(patch(pair.x).distance, patch(pair.y).distance) < incumbent_.target())
      throw BadBytes();
  }

  const std::size_t known = part.pairs.size();
  const std::uint64_t first = next_id_;
  next_id_ += pairs.size() - known;
  const auto here = [&](std::size_t id) { return id < known ? part.pairs[id].id : first + (id - known); };
  control_.emit([&](Observer& observer) {
    for (const Event& event : events) {
      if (event.what == 'l') {
        observer.pair_leaf(here(event.pair), event.how, event.functional);
      } else if (event.what == 'c') {
        observer.pair_cells(here(event.pair), event.tokens);
      } else {
        observer.pair_split(here(event.pair), event.what, here(event.first_child));
      }
    }
  });
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i].id = here(numbers[i]);
    push_again(std::move(open[i]));
  }
  // Best first, what resisted a worker may lie beyond the target by now; it is among the open pairs.
  if (resisting && result_ != Result::collision && !(best_first_ && incumbent_.target() < part.target)) {
    result_ = Result::unresolved;
    resisting_ = std::move(resisting);
    if (best_first_) over_ = true;
  }
  finish();
  if (pairs_ > most_pairs_ && !over()) {
    over_ = true;
    result_ = Result::unresolved;
  }
  return true;
}

}  // namespace foldproof
