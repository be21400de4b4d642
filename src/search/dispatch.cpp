#include "search/dispatch.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "search/seal.h"

namespace foldproof {

namespace {

constexpr double first_guess = 2e-4;  // seconds for a node
constexpr double shortest_part = 0.02;
// Handing out a part and merging its reply takes a millisecond or two: with many workers parts last longer.
constexpr double seconds_per_worker = 2e-3;
// A part that takes this much longer than expected is asked again: its worker may be gone without a word.
constexpr double patience = 30.0, patience_factor = 20.0;
constexpr int most_lost = 10;
constexpr std::chrono::milliseconds idle{5};  // between looks at a search of which nothing is away

std::atomic<std::uint64_t> parts_sent{0};

}  // namespace

void write_state(ByteWriter& out, const PartState& state) {
  out.number(state.upper);
  out.number(state.target);
  out.byte(static_cast<char>(state.sign));
  out.whole(state.budget);
}

PartState read_state(ByteReader& in) {
  PartState state;
  state.upper = in.number();
  state.target = in.number();
  state.sign = static_cast<signed char>(in.byte());
  state.budget = in.whole();
  return state;
}

void write_improvement(ByteWriter& out, const Incumbent& incumbent) {
  const auto& pair = incumbent.best();
  out.number(incumbent.target());
  out.whole(pair ? 1 : 0);
  if (!pair) return;
  out.text(incumbent.kind());
  for (const auto* point : {&pair->x, &pair->y}) {
    for (const Rational& entry : *point) out.rational(entry);
  }
}

bool read_improvement(ByteReader& in, const Problem& problem, Incumbent& incumbent) {
  const double target = in.number();
  if (in.index(2) == 1) {
    const std::string kind = in.text();
    std::vector<Rational> points[2];
    for (auto& point : points) {
      for (std::size_t i = 0; i < problem.centre.size(); ++i) point.push_back(in.rational());
    }
    auto pair = verify_collision(problem, std::move(points[0]), std::move(points[1]));
    if (!pair) throw BadBytes();
    incumbent.offer(*std::move(pair), kind);
  }
  return incumbent.target() <= target;
}

std::unique_ptr<Dispatch> dispatch_of(const Problem& problem, Incumbent& incumbent, Control& control) {
  if (control.delegate() == nullptr || problem.asked.empty()) return nullptr;
  return std::make_unique<Dispatch>(problem, incumbent, control);
}

Dispatch::Dispatch(const Problem& problem, Incumbent& incumbent, Control& control)
    : problem_(problem), incumbent_(incumbent), control_(control), delegate_(*control.delegate()) {}

void Dispatch::send(Divisible& search, Parts& away) {
  if (control_.seconds() < delegate_.warm_up()) return;
  const int capacity = delegate_.capacity();
  if (lost_ > 3 * capacity + most_lost) return;  // something is wrong out there: the rest is done here
  std::vector<std::pair<std::uint64_t, std::string>> requests;
  {
    const std::lock_guard guard(search.mutex());
    double& pace = seconds_per_node_.try_emplace(search.kind(), first_guess).first->second;
    const double longest = std::max(delegate_.part_seconds(), seconds_per_worker * capacity);
    for (int free = capacity - static_cast<int>(away.size()); free > 0; --free) {
      const std::size_t waiting = search.waiting();
      // The last one is soon done here.
      if (waiting == 0 || (waiting == 1 && away.empty())) break;
      // While there is too little for everybody, parts come back soon, with what they could divide.
      const double plenty = static_cast<double>(waiting) / (2.0 * free);
      const double seconds = std::clamp(longest * plenty, std::min(shortest_part, longest), longest);
      const double began = control_.seconds();
      const std::uint64_t number = ++parts_sent;
      Away part;
      part.part = search.take(std::max<std::size_t>(1, waiting / static_cast<std::size_t>(2 * free)));
      ByteWriter request;
      request.text(problem_.asked);
      request.byte(search.kind());
      part.part->target = incumbent_.target();
      write_state(request, {incumbent_.upper(), part.part->target, incumbent_.sign(),
                            static_cast<std::uint64_t>(std::max(1.0, std::ceil(seconds / pace)))});
      std::string bytes = sealed(request_subject, request.bytes() + part.part->payload.bytes());
      part.seal = seal_of(bytes);
      requests.emplace_back(number, std::move(bytes));
      part.expected = seconds;
      part.report.part = number;
      part.report.kind = search.kind();
      part.report.from.assign(part.part->from.begin(), part.part->from.end());
      part.report.sent = control_.seconds();
      part.report.cut_seconds = part.report.sent - began;
      if (away.empty()) ++stage_;
      part.report.stage = stage_;
      away.emplace(number, std::move(part));
      occupied_ = true;
    }
  }
  for (auto& [number, request] : requests) delegate_.send(number, std::move(request));
}

void Dispatch::give_back(Divisible& search, Parts& away, std::uint64_t number, bool lost) {
  const auto found = away.find(number);
  delegate_.forget(number);
  if (lost) {
    ++lost_;
    found->second.report.lost = true;
    delegate_.report(found->second.report);
  }
  const std::lock_guard guard(search.mutex());
  search.give_back(*found->second.part);
  away.erase(found);
  occupied_ = !away.empty();
  search.changed().notify_all();
}

void Dispatch::receive(Divisible& search, Parts& away, const Delegate::Reply& reply) {
  const auto found = away.find(reply.part);
  if (found == away.end()) return;  // of an earlier search, or asked again meanwhile
  if (!reply.response) return give_back(search, away, reply.part, true);
  PartReport report = found->second.report;
  report.received = control_.seconds();
  bool merged = false;
  try {
    ByteReader in(unsealed(found->second.seal, *reply.response));
    report.seconds = in.number();
    report.nodes = in.whole();
    const std::uint64_t slope_nodes = in.whole();
    if (read_improvement(in, problem_, incumbent_)) {
      const std::lock_guard guard(search.mutex());
      merged = search.merge(*found->second.part, in, report);
      if (merged) {
        away.erase(found);
        occupied_ = !away.empty();
        search.changed().notify_all();
        if (report.nodes >= 20) {
          double& pace = seconds_per_node_[search.kind()];
          pace = 0.75 * pace + 0.25 * report.seconds / static_cast<double>(report.nodes);
        }
      }
    }
    if (merged) control_.slope_nodes.fetch_add(slope_nodes, std::memory_order_relaxed);
  } catch (const BadBytes&) {
    merged = false;
  }
  if (!merged) return give_back(search, away, reply.part, true);
  lost_ = 0;
  report.merge_seconds = control_.seconds() - report.received;
  delegate_.report(report);
}

void Dispatch::wake() {
  const std::lock_guard guard(sleeping_);
  awake_ = true;
  woken_.notify_all();
}

void Dispatch::wait() {
  std::unique_lock guard(sleeping_);
  if (woken_.wait_for(guard, idle, [&] { return awake_; })) awake_ = false;
}

void Dispatch::run(Divisible& search) {
  Parts away;
  const auto leave = [&] {
    while (!away.empty()) give_back(search, away, away.begin()->first, false);
  };
  try {
    while (!control_.should_stop_now()) {
      {
        const std::lock_guard guard(search.mutex());
        if (search.over()) break;
      }
      send(search, away);
      if (away.empty()) {
        wait();
        continue;
      }
      constexpr double a_while = std::chrono::duration<double>(Control::patience).count();
      if (const auto reply = delegate_.receive(a_while)) receive(search, away, *reply);
      for (auto next = away.begin(); next != away.end();) {
        const auto part = next++;
        const double limit = patience + patience_factor * part->second.expected;
        if (control_.seconds() - part->second.report.sent > limit) give_back(search, away, part->first, true);
      }
    }
  } catch (...) {
    leave();
    throw;
  }
  leave();
}

}  // namespace foldproof
