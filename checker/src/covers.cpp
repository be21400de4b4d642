// Covers of a body by boxes: trees, leaves by the tests of tests.h, exact cells (docs/certificate.md, 4.3 and 4.4).
// Boxes stand for their points in the ball of the section: these parts cover the body.
// Exact cells, claim: for every u of a full-dimensional part there is a leaf of the tree of signs with f(u) = f_P(u),
// and z_j(u) >= 0, <= 0 as the branch says. Proof: points near u whose composed pre-activations, where they depend on
// the input, are not 0 on any branch are dense; each follows one branch, on which the phases are its own, and one
// branch is followed by points arbitrarily near u. Along it all r_j > 0 at those points, so no branch marked empty is
// followed.
// Loci, claim: no point of the domain in a box `+`, `-` lies in the closures of pieces of two signs, or of one with
// det J = 0. Proof: a neuron that is decided has z_j > 0, or < 0, at the point, so on all pieces near it; each of their
// Jacobians is a J(s). The same of a box `c`: follow the branches of a piece that meets the inside of the domain. All
// r_j > 0 on it, so all r_j >= 0 at the points of its closure. If one of these lies in the box, no sum y_j r_j is < 0
// there; and none is <= 0 on all of the domain, where the piece has points. So the piece ends in a cell. `b`: on the
// way from one point to the other, within the box and the domain, the sign changes in a face between two pieces, or on
// a piece where it is 0; with three points, the pieces of the last two have the first one in their closures, as f is
// affine on the way to it.
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
  const int count = words.size() == at(3 * n_) + 1 ? 3 : 2;
  checked(words, "b", count * n_);
  std::vector<Point> points(at(count), centre_);
  for (std::size_t i = 0; i < at(count * n_); ++i) points[i / at(n_)][i % at(n_)] += exact(words[i + 1]);
  for (const Point& x : points) require(in_domain(x), "leaf: a point outside the domain");
  require(holds(piece, points[0]) && (count == 3 || holds(piece, points[1])), "leaf: a point outside the box");
  int product = 1;
  for (std::size_t k = at(count - 2); k < at(count); ++k)
    product *= count == 2 ? sign_at(points[k], net) : sign_beside(points[0], points[k]);
  require(product <= 0, "leaf: the determinants at the two points have one sign");
  ++folded_;
}

/// The sign of det J at a point where no pre-activation is 0, but for those that do not depend on the input there;
/// exactly, where bounds cannot tell.
int Checker::sign_at(const Point& x, const Net& net) {
  Box around;
  for (std::size_t i = 0; i < at(n_); ++i) {
    around.lower.push_back(-round_up(centre_[i] - x[i]));
    around.upper.push_back(round_up(x[i] - centre_[i]));
  }
  const Slopes slopes = slopes_on(net, around);
  const int sign = slopes.k == 0 ? cube_sign(slopes) : 0;
  return sign != 0 ? sign : sign_beside(x, x);
}

/// The sign at x, on a piece whose closure holds `corner`.
int Checker::sign_beside(const Point& corner, const Point& x) {
  const Values values = evaluate(network_, x), there = evaluate(network_, corner);
  active_.assign(weights_.neurons.size(), 0);
  affine_.assign(weights_.neurons.size(), {});
  for (const int j : network_.kept) {
    const int sign = sgn(values.neurons[at(j)]);
    require(!compose(at(j)) || sign != 0, "leaf: a neuron is 0 at a point");
    require(sign * sgn(there.neurons[at(j)]) >= 0, "leaf: the point does not touch the piece of another");
    active_[at(j)] = sign > 0;
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
  bound(*root_, piece);
  sign_of_cells_ = sign_;
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
    const int sign = cell_sign();
    if (sign_of_cells_ == 0) sign_of_cells_ = sign;
    require(sign != 0 && sign == sign_of_cells_, "cells: a cell's determinant has another sign");
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
    require(!add_multiples(token.substr(1), sum).empty() &&
                (kind_ != Kind::locus ? most_on(sides(piece, false), sum, piece.ball) <= 0
                                      : most_on(sides(piece, true), sum) < 0 || most_on(domain_, sum) <= 0),
            "cells: the multipliers do not show that the branch is empty");
  }
}

/// Adds y_j r_j for neurons decided on the branch; those r_j whose y_j is positive.
std::vector<Affine> Checker::add_multiples(std::string_view list, Affine& sum) const {
  std::vector<int> unused = constraints_;
  std::vector<Affine> used;
  for (const auto& [j, y] : pairs_of(list, static_cast<int>(walked_->neurons.size()))) {
    require(std::erase(unused, j) == 1, "cells: multipliers belong to neurons decided on the branch, one each");
    require(y >= 0, "cells: a negative multiplier");
    if (y == 0) continue;
    used.push_back(affine_[at(j)]);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      if (!active_[at(j)]) used.back()[i] = -used.back()[i];
      sum[i] += y * used.back()[i];
    }
  }
  return used;
}

/// `zero`: what is 0 where the outputs are, all r_j >= 0, and u lies between the ends: if the greatest value `most` of
/// sum a_o output_o + sum y_j r_j is 0. Less than 0 in the ball is enough for `most`, too.
/// lists: [<o>:<a>,...][;[<j>:<y>,...]]
Checker::Combination Checker::combine(std::string_view lists, std::vector<Affine> outputs, const Sides& ends,
                                      const Ball& ball) const {
  Affine sum(ends.size() + 1);
  const std::size_t mark = std::min(lists.find(';'), lists.size());
  std::vector<char> named(outputs.size(), 0);
  for (const auto& [o, a] : pairs_of(lists.substr(0, mark), static_cast<int>(outputs.size()))) {
    require(!named[at(o)], "cells: an output named twice");
    named[at(o)] = 1;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += a * outputs[at(o)][i];
  }
  Combination result{{}, std::move(outputs)};
  for (Affine& row : add_multiples(lists.substr(std::min(mark + 1, lists.size())), sum))
    result.zero.push_back(std::move(row));
  result.most = most_on(ends, sum, ball);
  if (result.most >= 0) result.most = most_on(ends, sum);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (sum[i] == 0) continue;
    result.zero.emplace_back(sum.size())[i] = 1;
    result.zero.back().back() = -(sum[i] > 0 ? ends[i].second : ends[i].first);
  }
  return result;
}

/// The sides of a box (of a pair: of both), or of its part in the domain, if there is one.
Checker::Sides Checker::sides(const Box& piece, bool clipped) const {
  Sides result;
  for (std::size_t i = 0; i < piece.lower.size(); ++i) {
    const Rational& c = centre_[i % at(n_)];
    result.emplace_back(c + Rational(piece.lower[i]), c + Rational(piece.upper[i]));
    if (!clipped || domain_.empty()) continue;
    result[i].first = std::max(result[i].first, domain_[i].first);
    result[i].second = std::min(result[i].second, domain_[i].second);
  }
  return result;
}

/// A number that the sum does not exceed between the ends and in the ball; of a pair, where both points are in it.
Rational Checker::most_on(const Sides& ends, const Affine& sum, const Ball& ball) const {
  Rational result = sum.back();
  for (std::size_t first = 0; first < ends.size(); first += at(n_)) {
    Sides side;
    Vector g, low, high;
    std::vector<Rational> levels{0};
    for (std::size_t i = 0; i < at(n_); ++i) {
      side.emplace_back(ends[first + i].first - centre_[i], ends[first + i].second - centre_[i]);
      low.push_back(side[i].first.get_d());
      high.push_back(side[i].second.get_d());
      g.push_back(sum[first + i].get_d());
      if (ball.norm == Norm::l1) levels.push_back(abs(sum[first + i]));
    }
    if (ball.norm == Norm::l2) levels.emplace_back(level(ball.radius, g, low, high));
    std::optional<Rational> least;
    for (const Rational& t : levels) {
      Rational most(0), dual(0);
      for (std::size_t i = 0; i < at(n_); ++i) {
        const Rational& entry = sum[first + i];
        const Rational h = multiplier(ball.norm, t, entry, side[i].first, side[i].second), rest = entry - h;
        most += entry * centre_[i] + rest * (rest > 0 ? side[i].second : side[i].first);
        dual = ball.norm == Norm::l1 ? std::max(dual, Rational(abs(h))) : Rational(dual + h * h);
      }
      if (t != 0) most += Rational(ball.radius) * (ball.norm == Norm::l1 ? dual : root_above(dual));
      if (!least || most < *least) least = most;
    }
    result += *least;
  }
  return result;
}

std::vector<std::pair<int, Rational>> pairs_of(std::string_view list, int count) {
  std::vector<std::pair<int, Rational>> result;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    const std::size_t colon = std::min(part.find(':'), part.size());
    result.emplace_back(index_below(part.substr(0, colon), count),
                        exact(part.substr(std::min(colon + 1, part.size()))));
    require(part.size() + 1 != list.size(), "syntax: a comma at the end");
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return result;
}

}  // namespace foldproof_check
