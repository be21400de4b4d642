#include "certificate/pair_tree.h"

#include <algorithm>
#include <stdexcept>

namespace foldproof {

void PairTree::begin(int roots) {
  roots_ = roots;
  patches_.assign(static_cast<std::size_t>(roots), {});
  pairs_.clear();
  functionals_.clear();
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

void PairTree::write_patch(ProofFile& file, int patch) const {
  const Patch& node = patches_[static_cast<std::size_t>(patch)];
  if (node.axis < 0) return file.line(node.beside ? "o" : ".");
  file.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where));
  write_patch(file, node.below);
  write_patch(file, node.above);
}

void PairTree::write_pair(ProofFile& file, std::uint64_t pair) const {
  const Pair node = pair < pairs_.size() ? pairs_[pair] : Pair{};
  if (node.how == 0) throw std::logic_error("the proof has a hole: a pair of patches that is not settled");
  const bool divided = node.how == 'd' || node.how == 'x' || node.how == 'y';
  std::string text(1, node.how);
  for (std::int32_t o = 0; !divided && o < node.numbers; ++o)
    text += ' ' + canonical(functionals_[node.first + static_cast<std::size_t>(o)]);
  file.line(text);
  if (!divided) ++file.size.pairs;
  for (std::uint64_t child = 0; divided && child < (node.how == 'd' ? 3U : 2U); ++child)
    write_pair(file, node.first + child);
}

void PairTree::write(ProofFile& file) const {
  file.line("patches");
  for (int patch = 0; patch < roots_; ++patch) write_patch(file, patch);
  file.line("pairs");
  const auto count = static_cast<std::uint64_t>(roots_ * (roots_ + 1) / 2);
  for (std::uint64_t pair = 0; pair < count; ++pair) write_pair(file, pair);
}

}  // namespace foldproof
