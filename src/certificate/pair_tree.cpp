#include "certificate/pair_tree.h"

#include <algorithm>
#include <stdexcept>

namespace foldproof {

void PairTree::begin(int roots) {
  roots_ = roots;
  patches_.assign(static_cast<std::size_t>(roots), {});
  pairs_.clear();
  functionals_.clear();
  tokens_.clear();
}

void PairTree::patch_split(int patch, int axis, double where, int below, int above) {
  const auto count = static_cast<std::size_t>(std::max({patch, below, above})) + 1;
  if (patches_.size() < count) patches_.resize(count);
  patches_[static_cast<std::size_t>(patch)] = {axis, where, below, above, false};
}

void PairTree::patch_beside(int patch) {
  const auto count = static_cast<std::size_t>(patch) + 1;
  if (patches_.size() < count) patches_.resize(count);
  patches_[static_cast<std::size_t>(patch)].beside = true;
}

void PairTree::pair_split(std::uint64_t pair, char how, std::uint64_t first_child) {
  pairs_.at(pair) = {first_child, 0, how};
}

void PairTree::pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) {
  const std::size_t place = functionals_.append(functional.data(), functional.size());
  pairs_.at(pair) = {place, static_cast<std::int32_t>(functional.size()), how};
}

void PairTree::pair_cells(std::uint64_t pair, const std::string& tokens) {
  const std::size_t place = tokens_.append(tokens.data(), tokens.size());
  pairs_.at(pair) = {place, static_cast<std::int32_t>(tokens.size()), 'c'};
}

void PairTree::write_patch(ProofFile& file, int patch) const {
  const Patch& node = patches_[static_cast<std::size_t>(patch)];
  if (node.axis < 0) return file.line(node.beside ? "o" : ".");
  file.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where));
  write_patch(file, node.below);
  write_patch(file, node.above);
}

const PairTree::Pair& PairTree::settled(std::uint64_t pair) const {
  if (pair >= pairs_.size() || pairs_[pair].how == 0) {
    throw std::logic_error("the proof has a hole: a pair of patches that is not settled");
  }
  return pairs_[pair];
}

namespace {

bool divided(char how) { return how == 'd' || how == 'x' || how == 'y'; }

}  // namespace

std::string PairTree::text_of(const Pair& node) const {
  std::string text(1, node.how);
  if (node.how == 'c') return text + ' ' + std::string(&tokens_[node.first], static_cast<std::size_t>(node.numbers));
  for (std::int32_t o = 0; !divided(node.how) && o < node.numbers; ++o)
    text += ' ' + canonical(functionals_[node.first + static_cast<std::size_t>(o)]);
  return text;
}

void PairTree::write_pair(ProofFile& file, std::uint64_t pair) const {
  const Pair node = settled(pair);
  file.line(text_of(node));
  if (!divided(node.how)) ++file.size.pairs;
  for (std::uint64_t child = 0; divided(node.how) && child < (node.how == 'd' ? 3U : 2U); ++child)
    write_pair(file, node.first + child);
}

PairTree::Part PairTree::half(const Part& part, bool above) const {
  const Patch& node = patches_[static_cast<std::size_t>(part.patch)];
  Part result{above ? node.above : node.below, part.box};
  (above ? result.box.lower : result.box.upper)[static_cast<std::size_t>(node.axis)] = node.where;
  return result;
}

namespace {

bool outside(const Box& box, const Ball& ball) { return box.distance(ball.norm) >= ball.radius; }

}  // namespace

void PairTree::write_patch_within(ProofFile& file, const Part& part, const Ball& ball) const {
  const Patch& node = patches_[static_cast<std::size_t>(part.patch)];
  if (outside(part.box, ball)) return file.line("o");
  if (node.axis < 0) return file.line(".");
  file.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where));
  write_patch_within(file, half(part, false), ball);
  write_patch_within(file, half(part, true), ball);
}

void PairTree::write_pair_within(ProofFile& file, std::uint64_t pair, const Part& x, const Part& y,
                                 const Ball& ball) const {
  if (outside(x.box, ball) || outside(y.box, ball)) {
    ++file.size.pairs;
    return file.line("o");
  }
  const Pair node = settled(pair);
  file.line(text_of(node));
  if (!divided(node.how)) {
    ++file.size.pairs;
    return;
  }
  if (node.how == 'd') {
    const Part below = half(x, false), above = half(x, true);
    write_pair_within(file, node.first, below, above, ball);
    write_pair_within(file, node.first + 1, below, below, ball);
    write_pair_within(file, node.first + 2, above, above, ball);
    return;
  }
  for (const bool above : {false, true}) {
    const Part part = half(node.how == 'x' ? x : y, above);
    write_pair_within(file, node.first + (above ? 1U : 0U), node.how == 'x' ? part : x, node.how == 'x' ? y : part,
                      ball);
  }
}

void PairTree::write_within(ProofFile& file, const Box& root, const Ball& ball) const {
  file.line("patches");
  write_patch_within(file, {0, root}, ball);
  file.line("pairs");
  write_pair_within(file, 0, {0, root}, {0, root}, ball);
}

void PairTree::write(ProofFile& file) const {
  file.line("patches");
  for (int patch = 0; patch < roots_; ++patch) write_patch(file, patch);
  file.line("pairs");
  const auto count = static_cast<std::uint64_t>(roots_ * (roots_ + 1) / 2);
  for (std::uint64_t pair = 0; pair < count; ++pair) write_pair(file, pair);
}

}  // namespace foldproof
