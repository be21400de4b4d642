#include "certificate/cover_tree.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace foldproof {

void CoverTree::split(std::uint64_t id, int axis, double where, std::uint64_t first_child) {
  nodes_.at(id) = {where, first_child, axis, 's'};
}

void CoverTree::leaf(std::uint64_t id, const std::string& text) {
  if (text == "l") {
    nodes_.at(id) = {0.0, 0, 0, 'l'};
    return;
  }
  const std::size_t place = texts_.append(text.data(), text.size());
  nodes_.at(id) = {0.0, place, static_cast<std::int32_t>(text.size()), 't'};
}

template <class OnSplit, class OnLeaf>
void CoverTree::walk(std::uint64_t id, Box& box, const Ball& ball, const OnSplit& split, const OnLeaf& leaf) const {
  // The box meets the interior of the cube of this radius, so by Box::distance all of it is farther than the radius.
  if (ball.norm != Norm::linf && box.distance(ball.norm) >= ball.radius) return leaf(std::string("o"), box);
  const Node node = id < nodes_.size() ? nodes_[id] : Node{};
  if (node.kind == 0) throw std::logic_error("the proof has a hole: a part of the ball that no leaf covers");
  if (node.kind == 'l') return leaf(std::string("l"), box);
  if (node.kind == 't') return leaf(std::string(&texts_[node.first], static_cast<std::size_t>(node.axis)), box);
  const auto axis = static_cast<std::size_t>(node.axis);
  if (node.where >= box.upper[axis]) return walk(node.first, box, ball, split, leaf);
  if (node.where <= box.lower[axis]) return walk(node.first + 1, box, ball, split, leaf);
  split(node);
  double saved = node.where;
  std::swap(box.upper[axis], saved);
  walk(node.first, box, ball, split, leaf);
  std::swap(box.upper[axis], saved);
  std::swap(box.lower[axis], saved);
  walk(node.first + 1, box, ball, split, leaf);
  std::swap(box.lower[axis], saved);
}

void CoverTree::write(ProofFile& file, std::uint64_t root, const Box& box, const Ball& ball) const {
  Box here = box;
  walk(
      root, here, ball,
      [&](const Node& node) { file.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where)); },
      [&](const std::string& text, const Box&) {
        ++file.size.leaves;
        file.line(text);
      });
}

std::optional<Box> CoverTree::leaf_on_line(std::uint64_t line, std::uint64_t first, std::uint64_t root, const Box& box,
                                           const Ball& ball) const {
  std::optional<Box> found;
  Box here = box;
  walk(
      root, here, ball, [&](const Node&) { ++first; },
      [&](const std::string& text, const Box& leaf) {
        const auto lines = 1 + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
        if (line >= first && line < first + lines) found = leaf;
        first += lines;
      });
  return found;
}

}  // namespace foldproof
