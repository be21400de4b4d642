// Pairs of patches without a collision (docs/certificate.md, 4.3 and 4.5): each pair of points lies in a pair of
// patches that is a leaf, in one order or the other, and the tests do not depend on the order.
#include "checker.h"

namespace foldproof_check {

namespace {

constexpr std::size_t cache_limit = 64UL << 20U;  // bytes of bounds of patches

}  // namespace

int Checker::patch_tree(const Box& piece, int parent, int depth, bool shell) {
  require(depth < deepest, "tree: too deep");
  const std::size_t index = patches_.size();
  const Words& words = line();
  const bool out = words[0] == "o" && (norm_ != Norm::linf || all_pairs_);
  patches_.push_back({piece, parent, -1, -1, out, nullptr, nullptr, nullptr, nullptr});
  if (words[0] == "." || out) {
    require(words.size() == 1, "syntax: this line has too few or too many words");
    // In all pairs of the ball a patch that only touches it is covered by its neighbours (4.4).
    require(!out || outside(piece, radius_, all_pairs_) || (shell && inside(piece, radius_)),
            "patch: one marked `o` may hold points that matter");
    return static_cast<int>(index);
  }
  const auto [axis, where] = cut(words, piece);
  Box below = piece, above = piece;
  below.upper[axis] = above.lower[axis] = where;
  patches_[index].first = patch_tree(below, static_cast<int>(index), depth + 1, shell);
  const int second = patch_tree(above, static_cast<int>(index), depth + 1, shell);
  patches_[index].second = second;
  return static_cast<int>(index);
}

NetPointer Checker::patch_net(int index) {
  if (index < 0) return root_;
  Patch& patch = patches_[at(index)];
  if (!patch.net) {
    const NetPointer net = patch_net(patch.parent);
    enclose(*net, patch.box, enclosure_);
    auto image = std::make_shared<Matrix>(m_, 1 + n_ + enclosure_.undecided);
    for (int o = 0; o < m_; ++o) std::copy_n(enclosure_.form[net->k + o], image->columns, (*image)[o]);
    patch.image = std::move(image);
    patch.net = decided(net, enclosure_.phase, root_);
    cached_ += patch.image->entries.size() * sizeof(Interval) + patch.net->w.size() * sizeof(double);
  }
  return patch.net;
}

std::shared_ptr<const Matrix> Checker::image(int index) {
  patch_net(index);
  return patches_[at(index)].image;
}

void Checker::boundary(const Words& words) {
  require(asks_radius(), "section: not for this question");
  const double r = section_radius(checked(words, "boundary", 1)[1]);
  require(n_ == m_, "boundary: needs as many outputs as inputs");
  const Box whole = box(r);
  std::vector<Box> roots;
  if (norm_ != Norm::linf) roots.push_back(whole);
  for (std::size_t i = 0; i < at(n_); ++i) {
    for (const bool upper : {false, true}) {
      Box face = whole;
      (upper ? face.lower : face.upper)[i] = (upper ? whole.upper : whole.lower)[i];
      // The ball touches its box in points of the shell; only faces of the domain cut it.
      if (norm_ == Norm::linf || std::abs(face.lower[i]) < r) roots.push_back(face);
    }
  }
  patches_and_pairs(roots, r, norm_ != Norm::linf);
  boundaries_.push_back(r);
}

void Checker::all_pairs(const Words& words) {
  require(asks_radius(), "section: not for this question");
  const bool larger = words.size() == 3;
  const double r = section_radius(checked(words, "pairs", larger ? 2 : 1)[1]);
  const double root = larger ? radius(words[2]) : r;
  require(root >= r, "pairs: the box of the root is smaller than the ball");
  all_pairs_ = true;
  Box whole = box(root);
  whole.ball.radius = r;
  patches_and_pairs({whole}, r, false);
  all_pairs_ = false;
  double& proved = question_ == Question::factor ? factored_ : injective_;
  proved = std::max(proved, r);
  local_ = std::max(local_, r);
}

/// If `shell`, points of the first root matter only where |u|_p = r.
void Checker::patches_and_pairs(const std::vector<Box>& roots, double r, bool shell) {
  radius_ = r;
  patches_.clear();
  cached_ = 0;
  line("patches", 0);
  std::vector<int> indices;
  for (const Box& root : roots) indices.push_back(patch_tree(root, -1, 0, shell && indices.empty()));
  line("pairs", 0);
  for (std::size_t a = 0; a < indices.size(); ++a) {
    for (std::size_t b = a; b < indices.size(); ++b) pair_tree(nullptr, indices[a], indices[b], 0);
  }
  patches_.clear();
}

NetPointer Checker::pair_net(Pair* pair) {
  if (pair == nullptr) return root_;
  if (!pair->net)
    pair->net = decided_on(pair_net(pair->parent), {&patches_[at(pair->x)].box, &patches_[at(pair->y)].box});
  return pair->net;
}

void Checker::pair_tree(Pair* parent, int x, int y, int depth) {
  require(depth < deepest, "tree: too deep");
  if (cached_ > cache_limit) {
    for (Patch& patch : patches_) patch.net.reset(), patch.joint.reset(), patch.image.reset(), patch.side.reset();
    cached_ = 0;
  }
  Pair pair{parent, x, y, nullptr};
  const Words& words = line();
  const char node = words[0].size() == 1 ? words[0][0] : '?';
  require(node == 'f' || node == 'c' || words.size() == 1, "syntax: this line has too few or too many words");
  require(node == 'o' || node == 'e' || node == 'c' || (x == y) == (node == 'i' || node == 'd'),
          "pair: this node is for equal, or for different patches");
  if (node == 'i') {
    const NetPointer net = patch_net(patches_[at(x)].parent);
    require(has_full_rank(slopes_on(*net, patches_[at(x)].box)), "pair: injectivity on this patch is not proved");
  } else if (node == 't') {
    secant(pair);
  } else if (node == 'm' || node == 'f') {
    separated(words, x, y);
  } else if (node == 'e' && question_ == Question::factor && all_pairs_) {
    equal_outputs(x, y);
  } else if (node == 'c' && all_pairs_) {
    pair_cells(words, x, y);
  } else if (node == 'o') {
    require(patches_[at(x)].out || patches_[at(y)].out, "pair: none of the two patches is marked `o`");
  } else {
    require(node == 'd' || node == 'x' || node == 'y', "syntax: expected a node of a pair tree");
    const Patch& cut = patches_[at(node == 'y' ? y : x)];
    require(cut.first >= 0, "pair: this patch is not cut");
    const int a = cut.first, b = cut.second;
    if (node == 'd') pair_tree(&pair, a, b, depth + 1);
    for (const int half : {a, b}) pair_tree(&pair, node == 'y' ? x : half, node == 'x' ? y : half, depth + 1);
  }
}

void Checker::secant(const Pair& pair) {
  const NetPointer net = pair_net(pair.parent);
  enclose(*net, patches_[at(pair.x)].box, enclosure_);
  const std::vector<Interval> z = enclosure_.z;
  enclose(*net, patches_[at(pair.y)].box, enclosure_);
  std::vector<Slope> slope;
  for (std::size_t p = 0; p < z.size(); ++p) slope.push_back(slope_between(z[p], enclosure_.z[p]));
  require(has_full_rank(slopes_of(*net, slope)), "pair: the secant test is not proved");
}

bool Checker::has_full_rank(Slopes slopes) const {
  if (question_ == Question::factor && all_pairs_) slopes = columns_of(slopes, columns_);
  return full_rank(slopes);
}

void Checker::separated(const Words& words, int x, int y) {
  const std::shared_ptr<const Matrix> a = image(x), b = image(y);
  if (words[0] == "f") checked(words, "f", m_);
  Interval difference;  // p . (f(x) - f(y)), up to the spread of both images along p
  Vector p;
  for (int o = 0; o < m_; ++o) {
    const int e = root_->exponent[at(root_->k + o)];  // p is meant for the outputs as they are
    p.push_back(words[0] == "f" ? std::ldexp(finite_double(words[at(o) + 1]), -e)
                                : std::ldexp(middle((*a)[o][0]) - middle((*b)[o][0]), -2 * e));
    difference = difference + p.back() * ((*a)[o][0] + -(*b)[o][0]);
  }
  difference = difference + spread(p, *a, 0, a->columns, Frame(patches_[at(x)].box)) +
               -spread(p, *b, 0, b->columns, Frame(patches_[at(y)].box));
  require(difference.neg < 0.0 || difference.up < 0.0, "pair: the images are not separated");
}

}  // namespace foldproof_check
