#include "search/node_part.h"

#include <array>
#include <cmath>
#include <cstring>

namespace foldproof {

namespace {

constexpr std::array<const char*, 5> tests = {"determinant", "perron", "slopes", "monotone", "cells"};

}  // namespace

std::unique_ptr<NodePart> take_nodes(NodeQueue& queue, std::size_t count) {
  auto part = std::make_unique<NodePart>();
  part->distance = queue.top().distance;
  for (; !queue.empty() && part->nodes.size() < count; queue.pop()) part->nodes.push_back(queue.top());
  part->payload.whole(part->nodes.size());
  for (const Node& node : part->nodes) {
    part->payload.numbers(node.box.lower);
    part->payload.numbers(node.box.upper);
    part->payload.number(node.box.ball.radius);
    if (node.from != 0) part->from.insert(node.from);
  }
  return part;
}

std::vector<Node> read_nodes(ByteReader& in, Norm norm, const std::shared_ptr<const RegionNetwork>& root) {
  std::vector<Node> nodes(in.count());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Box& box = nodes[i].box;
    box.lower = in.numbers();
    box.upper = in.numbers();
    box.ball = {norm, in.number()};
    if (box.size() != root->inputs() || box.upper.size() != box.lower.size()) throw BadBytes();
    nodes[i].distance = box.distance(norm);
    nodes[i].id = i;
    nodes[i].network = root;
  }
  return nodes;
}

void CoverRecorder::split(std::uint64_t id, int axis, double where, std::uint64_t first_child) {
  if (first_child != next_) throw std::logic_error("a part of a cover numbers its nodes one after the other");
  next_ += 2;
  ++count_;
  events_.byte('s');
  events_.whole(id);
  events_.whole(static_cast<std::uint64_t>(axis));
  events_.number(where);
}

void CoverRecorder::leaf(std::uint64_t id, const Box&, const char* test, int sign, double clipped_to,
                         const std::string& line) {
  std::size_t name = 0;
  while (std::strcmp(tests.at(name), test) != 0) ++name;
  ++count_;
  events_.byte(line == "l" ? 'l' : 't');
  events_.whole(id);
  events_.byte(static_cast<char>(name));
  events_.byte(static_cast<char>(sign));
  events_.number(clipped_to);
  if (line != "l") events_.text(line);
}

void CoverRecorder::beyond(std::uint64_t id, double target) {
  ++count_;
  events_.byte('b');
  events_.whole(id);
  events_.number(target);
}

void CoverRecorder::write(ByteWriter& out, NodeQueue open, const std::vector<Node>& narrow) const {
  out.whole(count_);
  out.text(events_.bytes());
  out.whole(open.size());
  for (; !open.empty(); open.pop()) out.whole(open.top().id);
  out.whole(narrow.size());
  for (const Node& node : narrow) out.whole(node.id);
}

namespace {

struct Event {
  char what = 0;
  std::uint64_t id = 0, first_child = 0;
  int axis = 0, sign = 0;
  const char* test = "";
  double number = 0.0;
  std::string line = "l";
};

// A cover by a worker, in its numbers; its boxes may stick out of the worker's targets.
struct Replay {
  Norm norm;
  double reach;
  std::vector<Box> boxes = {};
  std::vector<char> waiting = {};  // not settled or divided yet
  std::vector<Event> events = {};
  std::vector<std::size_t> open = {}, narrow = {};

  std::size_t take(ByteReader& in) {
    const std::size_t id = in.index(boxes.size());
    if (waiting[id] == 0) throw BadBytes();
    waiting[id] = 0;
    return id;
  }

  void read_event(ByteReader& in) {
    Event event;
    event.what = in.byte();
    const std::size_t id = take(in);
    event.id = id;
    if (event.what == 's') {
      event.axis = static_cast<int>(in.index(boxes[id].lower.size()));
      event.number = in.number();
      if (!std::isfinite(event.number)) throw BadBytes();
      event.first_child = boxes.size();
      for (const bool above : {false, true}) {
        Box half = boxes[id];
        (above ? half.lower : half.upper)[static_cast<std::size_t>(event.axis)] = event.number;
        boxes.push_back(std::move(half));
        waiting.push_back(1);
      }
    } else if (event.what == 'l' || event.what == 't') {
      const auto name = static_cast<std::size_t>(static_cast<unsigned char>(in.byte()));
      if (name >= tests.size()) throw BadBytes();
      event.test = tests[name];
      event.sign = static_cast<signed char>(in.byte());
      event.number = in.number();
      if (event.what == 't') event.line = in.text();
    } else if (event.what == 'b') {
      event.number = in.number();
      Box inside = boxes[id];
      if (inside.clip(reach) && inside.distance(norm) < reach) throw BadBytes();
    } else {
      throw BadBytes();
    }
    events.push_back(std::move(event));
  }
};

}  // namespace

NodeReply read_reply(ByteReader& in, const NodePart& part, std::uint64_t number, const Problem& problem, double reach,
                     const std::shared_ptr<const RegionNetwork>& root, Control& control) {
  Replay replay{problem.norm, reach};
  for (const Node& node : part.nodes) replay.boxes.push_back(node.box);
  replay.waiting.assign(part.nodes.size(), 1);
  const std::uint64_t count = in.whole();
  const std::string bytes = in.text();
  ByteReader events(bytes);
  for (std::uint64_t i = 0; i < count; ++i) replay.read_event(events);
  for (auto* list : {&replay.open, &replay.narrow}) {
    list->resize(in.count());
    for (std::size_t& id : *list) id = replay.take(in);
  }
  for (const char waiting : replay.waiting) {
    if (waiting != 0) throw BadBytes();  // a box that nobody answers for
  }

  const std::size_t known = part.nodes.size();
  const std::uint64_t first = control.new_ids(replay.boxes.size() - known);
  const auto here = [&](std::uint64_t id) { return id < known ? part.nodes[id].id : first + (id - known); };
  control.emit([&](Observer& observer) {
    for (const Event& event : replay.events) {
      if (event.what == 's') {
        observer.split(here(event.id), event.axis, event.number, here(event.first_child));
      } else if (event.what == 'b') {
        observer.beyond(here(event.id), event.number);
      } else {
        Box& inside = replay.boxes[event.id];
        inside.clip(event.number);
        observer.leaf(here(event.id), inside, event.test, event.sign, event.number, event.line);
      }
    }
  });
  NodeReply reply;
  for (const bool narrow : {false, true}) {
    for (const std::size_t id : narrow ? replay.narrow : replay.open) {
      Box& box = replay.boxes[id];
      const double distance = box.distance(problem.norm);
      (narrow ? reply.narrow : reply.open).push_back({std::move(box), distance, here(id), root, nullptr, number});
    }
  }
  return reply;
}

}  // namespace foldproof
