// Covers of a body by boxes: trees, leaves by the tests of tests.h, exact cells (docs/certificate.md, 4.3 and 4.4).
// Exact cells, claim: for every u of a full-dimensional box there is a leaf of the tree of signs with f(u) = f_P(u),
// and z_j(u) >= 0, <= 0 as the branch says. Proof: points near u whose composed pre-activations, where they depend on
// the input, are not 0 on any branch are dense; each follows one branch, on which the phases are its own, and one
// branch is followed by points arbitrarily near u. Along it all r_j > 0 at those points, so no branch marked empty is
// followed.
// Loci, claim: no point of a box `+`, `-` lies in the closures of pieces of two signs, or of one with det J = 0. Proof:
// a neuron that is decided has z_j > 0, or < 0, at the point, so on all pieces near it; each of their Jacobians is a
// J(s). `b`: on the way from one point to the other, within the box, the sign changes in a face between two pieces, or
// on a piece where it is 0.
#include "checker.h"

namespace foldproof_check {

void Checker::cover(const Words& words) {
  require(words.size() >= 3, "syntax: expected 'cover', its kind and radius");
  static constexpr std::string_view kinds[] = {"sign", "monotone", "points", "locus"};
  const auto* const kind = std::find(std::begin(kinds), std::end(kinds), words[1]);
  require(kind != std::end(kinds), "syntax: unknown kind of cover");
  kind_ = static_cast<Kind>(kind - kinds);
  const bool asks_points = question_ == Question::pseudo || question_ == Question::preimages;
  require(kind_ == Kind::points  ? asks_points
          : kind_ == Kind::locus ? question_ == Question::j0
                                 : asks_radius(),
          "cover: not for this question");
  const double r = radius_ = section_radius(words[2]);
  checked(words, "cover", kind_ == Kind::sign ? 3 : 2);
  if (kind_ == Kind::sign) {
    require(n_ == m_, "cover: signs need as many outputs as inputs");
    require(words[3] == "+" || words[3] == "-", "syntax: the sign is + or -");
    const int sign = words[3] == "+" ? 1 : -1;
    require(sign_ == 0 || sign == sign_, "cover: two covers of opposite signs");
    sign_ = sign;
  } else if (kind_ == Kind::monotone) {
    const Words& entries = line("matrix", -1);
    require(entries.size() == at(n_) * at(m_) + 1, "syntax: a matrix has n times m numbers");
    preconditioner_.clear();
    // For the scaled outputs; any M will do that is the same for all leaves.
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      preconditioner_.push_back(std::ldexp(finite_double(entries[i + 1]), -root_->exponent[at(root_->k) + i % at(m_)]));
    }
  } else if (question_ != Question::pseudo) {
    require(question_ == Question::j0 || awaits_cover_, "cover: no value is to be reached");
    require(question_ == Question::preimages || (n_ == m_ && !widest_),
            "cover: one locus, with as many outputs as inputs");
    require(fills_domain(r), "cover: this question is about the whole domain");
  }
  if (kind_ == Kind::locus) widest_ = 0;
  const long before = lines_.number();
  Box whole = box(r);
  const bool by_test = cover_tree(whole, root_, 0);
  if (!asks_radius()) {
    awaits_cover_ = false;
    alone_ = std::max(alone_, r);
    return;
  }
  local_ = std::max(local_, r);
  if (kind_ == Kind::sign) by_sign_ = std::max(by_sign_, r);
  if (kind_ == Kind::monotone || n_ == 1 || (by_test && lines_.number() == before + 1))
    injective_ = std::max(injective_, r);
}

// One node of a cover's tree; true if it is a line `l`.
bool Checker::cover_tree(Box& piece, NetPointer net, int depth) {
  require(depth < deepest, "tree: too deep");
  const Words& words = line();
  if (words[0] != "s") return leaf(words, piece, net, depth);
  const auto [axis, where] = cut(words, piece);
  net = decided_on(net, {&piece});
  double saved = where;
  std::swap(piece.upper[axis], saved);
  cover_tree(piece, net, depth + 1);
  std::swap(piece.upper[axis], saved);
  std::swap(piece.lower[axis], saved);
  cover_tree(piece, net, depth + 1);
  std::swap(piece.lower[axis], saved);
  return false;
}

bool Checker::leaf(const Words& words, Box& piece, const NetPointer& net, int depth) {
  if (words[0] == "o" && norm_ != Norm::linf && !on_face_) {
    checked(words, "o", 0);
    require(outside(piece, radius_), "tree: a box marked `o` is not outside the body");
  } else if (words[0] == "c" && kind_ != Kind::monotone && !on_face_) {
    cells(words, piece);
  } else if (kind_ == Kind::points) {
    point_leaf(words, piece, net, depth);
  } else if (kind_ == Kind::locus) {
    locus_leaf(words, piece, *net);
  } else {
    require(words[0] == "l", "syntax: expected a node of this cover's tree");
    checked(words, "l", 0);
    const Slopes slopes = slopes_on(*net, piece);
    require(kind_ == Kind::sign || monotone(preconditioner_, slopes), "leaf: sym(M J) > 0 is not proved on this box");
    require(kind_ == Kind::monotone || cube_sign(slopes) == sign_,
            "leaf: the determinant's sign is not proved on this box");
    return true;
  }
  return false;
}

std::pair<std::size_t, double> Checker::cut(const Words& words, const Box& piece) const {
  const std::size_t axis = at(index_below(checked(words, "s", 2)[1], n_));
  const double where = finite_double(words[2]);
  require(piece.lower[axis] < where && where < piece.upper[axis], "split: the cut is not inside the box");
  return {axis, where};
}

void Checker::locus_leaf(const Words& words, const Box& piece, const Net& net) {
  const std::string_view node = words[0];
  if (node == "+" || node == "-") {
    require(words.size() == 1, "syntax: this line has too few or too many words");
    require(cube_sign(slopes_on(net, piece)) == (node == "+" ? 1 : -1),
            "leaf: the determinant's sign is not proved on this box");
    return;
  }
  for (std::size_t i = 0; i < at(n_); ++i)
    widest_ = std::max(*widest_, Rational(Rational(piece.upper[i]) - Rational(piece.lower[i])));
  if (node == "?") {
    checked(words, "?", 0);
    ++open_;
    return;
  }
  checked(words, "b", 2 * n_);
  int product = 1;
  for (std::size_t first = 1; first <= at(2 * n_); first += at(n_)) {
    Box point;
    for (std::size_t i = 0; i < at(n_); ++i) {
      point.lower.push_back(finite_double(words[first + i]));
      require(piece.lower[i] <= point.lower[i] && point.lower[i] <= piece.upper[i], "leaf: a point outside the box");
    }
    point.upper = point.lower;
    product *= sign_at(point, net);
  }
  require(product <= 0, "leaf: the determinants at the two points have one sign");
  ++folded_;
}

/// The sign of det J at a point where no pre-activation is 0; exactly, where bounds cannot tell.
int Checker::sign_at(const Box& point, const Net& net) {
  const Slopes slopes = slopes_on(net, point);
  const int sign = slopes.k == 0 ? cube_sign(slopes) : 0;
  if (sign != 0) return sign;
  Point x = centre_;
  for (std::size_t i = 0; i < at(n_); ++i) x[i] += Rational(point.lower[i]);
  const Values values = evaluate(network_, x);
  active_.assign(weights_.neurons.size(), 0);
  affine_.assign(weights_.neurons.size(), {});
  for (const int j : network_.kept) {
    require(values.neurons[at(j)] != 0, "leaf: a neuron is 0 at a point");
    compose(at(j));
    active_[at(j)] = values.neurons[at(j)] > 0;
  }
  return cell_sign();
}

void Checker::bound(const Net& net, const Box& piece) {
  enclose(net, piece, enclosure_);
  if (kind_ != Kind::locus) return;
  // A fold in a face of the box lies in no other box, perhaps: what touches 0 is not decided.
  for (std::size_t p = 0; p < at(net.k); ++p) {
    const Interval z = enclosure_.z[p];
    if (!(z.up < 0.0) && !(z.neg < 0.0)) enclosure_.phase[p] = Phase::undecided;
  }
}

Slopes Checker::slopes_on(const Net& net, const Box& piece) {
  bound(net, piece);
  std::vector<Slope> slope;
  for (const Phase phase : enclosure_.phase) slope.push_back(slope_of(phase));
  return slopes_of(net, slope);
}

// The network where these phases hold; from the root, with all that was decided, once its errors have grown. What was
// decided on a box must not be lost on smaller ones: affine bounds do not always improve there.
NetPointer Checker::decided(const NetPointer& net, const std::vector<Phase>& phase, const NetPointer& root) {
  if (std::count(phase.begin(), phase.end(), Phase::undecided) == net->k) return net;
  NetPointer result = narrow(*net, phase);
  return result->worst_radius() > worn_out ? narrow(*root, result->known) : result;
}

NetPointer Checker::decided_on(const NetPointer& net, std::initializer_list<const Box*> boxes) {
  std::vector<Phase> phase;
  for (const Box* const piece : boxes) {
    bound(*net, *piece);
    if (phase.empty()) phase = enclosure_.phase;
    for (std::size_t p = 0; p < phase.size(); ++p)
      phase[p] = phase[p] == enclosure_.phase[p] ? phase[p] : Phase::undecided;
  }
  return decided(net, phase, root_);
}

// 4.4. Phases and rows are those of the current branch, for neurons before the one being decided.
void Checker::cells(const Words& words, const Box& piece) {
  enclose(*root_, piece, enclosure_);
  walk(words, piece);
}

// The tree of a line `c`, of the network walked_ on a box; its neurons' phases there are those of enclosure_.
void Checker::walk(const Words& words, const Box& piece) {
  active_.assign(walked_->neurons.size(), 0);
  affine_.assign(walked_->neurons.size(), {});
  constraints_.clear();
  std::size_t position = 1;
  cell(words, position, 0, piece);
  require(position == words.size(), "syntax: tokens follow the last cell");
}

bool Checker::compose(std::size_t j) {  // the row of neuron j on the branch; true if it depends on u
  affine_[j] = on_piece(walked_->neurons[j], walked_->n, active_, affine_);
  return std::any_of(affine_[j].begin(), affine_[j].end() - 1, [](const Rational& a) { return a != 0; });
}

void Checker::settle(std::size_t from, std::size_t to) {
  for (std::size_t p = from; p < to; ++p) {
    const std::size_t j = at(walked_->kept[p]);
    const bool depends = compose(j), decided = enclosure_.phase[p] != Phase::undecided;
    require(decided || !depends, "cells: the phase of a neuron is not known");
    active_[j] = decided ? enclosure_.phase[p] == Phase::active : affine_[j].back() > 0;
  }
}

int Checker::cell_sign() const {
  std::vector<Affine> jacobian;
  for (const Row& row : network_.outputs) jacobian.push_back(on_piece(row, n_, active_, affine_));
  return determinant_sign(std::move(jacobian), n_);
}

void Checker::cell(const Words& words, std::size_t& position, std::size_t next, const Box& piece) {
  require(position < words.size(), "syntax: the tree of cells is not complete");
  const std::string_view token = words[position++];
  const int count = static_cast<int>(walked_->neurons.size());
  if (token[0] == '.') {
    settle(next, walked_->kept.size());
    if (walked_ != &network_) return pair_cell(token.substr(1), piece);
    if (kind_ == Kind::points) return point_cell(token.substr(1), piece);
    require(token == ".", "syntax: unknown token of a cell");
    require(cell_sign() == sign_, "cells: a cell's determinant has another sign");
  } else if (token[0] == 's') {
    const int j = index_below(token.substr(1), count);
    const auto first = walked_->kept.begin() + static_cast<long>(next);
    const auto place = std::lower_bound(first, walked_->kept.end(), j);
    require(place != walked_->kept.end() && *place == j, "cells: neurons of the rewritten network, ascending");
    require(constraints_.size() < at(deepest), "tree: too deep");
    const std::size_t after = next + static_cast<std::size_t>(place - first) + 1;
    settle(next, after - 1);
    require(compose(at(j)), "cells: a decided neuron does not depend on the input here");
    for (const bool active : {true, false}) {
      active_[at(j)] = active;
      constraints_.push_back(j);
      cell(words, position, after, piece);
      constraints_.pop_back();
    }
  } else {
    require(token[0] == 'x', "syntax: unknown token of a cell");
    Affine sum(at(walked_->n) + 1);
    require(add_multiples(token.substr(1), sum) && most_on(piece, sum) <= 0,
            "cells: the multipliers do not show that the branch is empty");
  }
}

/// Adds y_j r_j for neurons decided on the branch; true if some y_j is positive.
bool Checker::add_multiples(std::string_view list, Affine& sum) const {
  std::vector<int> unused = constraints_;
  bool positive = false;
  for (const auto& [j, y] : pairs_of(list, static_cast<int>(walked_->neurons.size()))) {
    require(std::erase(unused, j) == 1, "cells: multipliers belong to neurons decided on the branch, one each");
    require(y >= 0, "cells: a negative multiplier");
    positive = positive || y > 0;
    for (std::size_t i = 0; i <= at(walked_->n); ++i) sum[i] += (active_[at(j)] ? y : Rational(-y)) * affine_[at(j)][i];
  }
  return positive;
}

Rational Checker::most_on(const Box& piece, const Affine& sum) const {
  Rational most = sum.back();
  for (std::size_t i = 0; i < at(walked_->n); ++i)
    most += sum[i] * (centre_[i % at(n_)] + Rational(sum[i] > 0 ? piece.upper[i] : piece.lower[i]));
  return most;
}

std::vector<std::pair<int, Rational>> pairs_of(std::string_view list, int count) {
  std::vector<std::pair<int, Rational>> result;
  while (true) {
    const std::string_view part = list.substr(0, list.find(','));
    const std::size_t colon = std::min(part.find(':'), part.size());
    result.emplace_back(index_below(part.substr(0, colon), count),
                        exact(part.substr(std::min(colon + 1, part.size()))));
    if (part.size() == list.size()) return result;
    list.remove_prefix(part.size() + 1);
  }
}

}  // namespace foldproof_check
