// Claim: code 0 is returned only if the statement is true of the real function of the weights file.
// The rules are numbered as in docs/certificate.md; the theorems behind 4.6:
//   1  Minty: along a segment (x - y)^T M (f(x) - f(y)) is a sum of positive terms over the leaves it crosses.
//   2  f(x) - f(y) = J(s)(x - y) for slopes s of the box that holds x and y, and J(s) is nonsingular.
//   3  n = 1: a slope of one sign.
//   4  n >= 2, all pieces inside have one determinant sign, f injective on the boundary: the degree of f on either side
//      of the embedded sphere f(boundary) is 0 or 1, each preimage adds 1, so no value is taken twice (Meisters-Olech).
//   collisions with q = 0: relu of an affine function of t in [0, 1] is affine if its ends are not of opposite signs.
// Memory: one box, one line and the networks of one path of a tree; patches are kept, their bounds up to a limit.
#include "check.h"

#include <fstream>
#include <iterator>
#include <optional>

#include "lines.h"
#include "tests.h"

namespace foldproof_check {

namespace {

constexpr int deepest = 6000;                     // of any tree
constexpr double worn_out = 0x1p-45;              // errors of a network narrowed again and again
constexpr std::size_t cache_limit = 64UL << 20U;  // bytes of bounds of patches

void require(bool condition, const char* otherwise) {
  if (!condition) throw Rejected(otherwise);
}

class Checker {
 public:
  Checker(Lines& lines, const Weights& weights, const std::string& hash)
      : lines_(lines), weights_(weights), hash_(hash), n_(weights.n), m_(static_cast<int>(weights.outputs.size())) {}

  std::string run() {
    header();
    while (true) {
      const Words& words = line();
      if (words[0] == "cover") {
        cover(words);
      } else if (words[0] == "boundary") {
        boundary(words);
      } else if (words[0] == "collision") {
        collision(words);
      } else {
        end(words);
        require(lines_.next().empty(), "syntax: something follows the last line");
        return statement_;
      }
    }
  }

 private:
  const Words& line() {
    const Words& words = lines_.next();
    if (words.empty()) throw Unusable("the proof file is cut off: it has no last line 'end ...'");
    return words;
  }
  /// The next line, which must begin so and have `count` further words (any number if negative).
  const Words& line(const char* name, int count) { return checked(line(), name, count); }
  static const Words& checked(const Words& words, const char* name, int count) {
    if (words[0] != name) throw Rejected(std::string("syntax: expected '") + name + "'");
    require(count < 0 || static_cast<int>(words.size()) == count + 1,
            "syntax: this line has too few or too many words");
    return words;
  }
  const Words& stated(const Words& words) {
    for (const std::string_view& word : words) statement_.append(word).append(1, &word == &words.back() ? '\n' : ' ');
    return words;
  }
  static std::vector<Rational> numbers(const Words& words) {
    std::vector<Rational> result;
    for (std::size_t i = 1; i < words.size(); ++i) result.push_back(exact(words[i]));
    return result;
  }
  static double radius(std::string_view text) {
    const double r = finite_double(text);
    require(r >= 0.0, "syntax: a radius is negative");
    return r;
  }

  void header() {
    const Words& first = lines_.next();
    if (first.size() != 2 || first[0] != "foldproof-proof") throw Unusable("this is not a proof file");
    if (first[1] != "2")
      throw Unusable("the proof has format " + std::string(first[1]) + ", and this checker reads format 2");
    if (stated(line("network", 1))[1] != hash_) {
      throw Unusable(
          "the proof is about another network (or other fixed inputs or outputs): the SHA-256 of this weights "
          "file is " +
          hash_);
    }
    const Words& question = stated(line("question", 1));
    is_box_ = question[1] == "injective";
    require(is_box_ || question[1] == "radius", "syntax: unknown question");
    require(stated(line("norm", 1))[1] == "linf", "syntax: unknown norm");
    if (!is_box_) centre_ = numbers(stated(line("center", n_)));
    const Words* words = &line();
    if (is_box_ || words->front() == "domain") {
      stated(checked(*words, "domain", n_));
      for (std::size_t i = 1; i < words->size(); ++i) {
        const std::string_view side = words->at(i);
        const std::size_t colon = std::min(side.find(':'), side.size() - 1);
        const auto& [lower, upper] = domain_.emplace_back(exact(side.substr(0, colon)), exact(side.substr(colon + 1)));
        require(lower < upper, "header: the domain is empty");
        if (is_box_) centre_.push_back((lower + upper) / 2);
        const Rational& c = centre_[domain_.size() - 1];
        require(lower <= c && c <= upper, "header: the centre lies outside the domain");
      }
      words = &line();
    }
    ball_ = radius(checked(*words, "ball", 1)[1]);
    presolve(line("inactive", -1));
  }

  void presolve(const Words& words) {  // 4.1
    std::vector<char> inactive(weights_.neurons.size(), 0);
    network_ = rewrite(weights_, inactive);
    root_ = make_net(network_, centre_);
    if (words.size() == 1) return;
    enclose(*root_, box(ball_), enclosure_);
    for (std::size_t i = 1, p = 0; i < words.size(); ++i, ++p) {
      const int j = index_below(words[i], static_cast<int>(inactive.size()));
      while (p < network_.kept.size() && network_.kept[p] < j) ++p;
      require(p < network_.kept.size() && network_.kept[p] == j,
              "inactive: neurons of the rewritten network, ascending");
      require(enclosure_.phase[p] == Phase::inactive, "inactive: a neuron may be positive on the ball");
      inactive[at(j)] = 1;
    }
    network_ = rewrite(weights_, inactive);
    root_ = make_net(network_, centre_);
  }

  Box box(double r) const {  // U(r), section 1
    Box result{Vector(at(n_), -r), Vector(at(n_), r)};
    for (std::size_t i = 0; i < domain_.size(); ++i) {
      result.lower[i] = std::max(-r, -round_up(centre_[i] - domain_[i].first));
      result.upper[i] = std::min(r, round_up(domain_[i].second - centre_[i]));
    }
    return result;
  }

  double section_radius(std::string_view text) const {  // 4.5
    const double r = radius(text);
    require(r > 0.0 && r <= ball_, "section: the radius must be positive and at most that of the ball");
    return r;
  }

  void cover(const Words& words) {
    require(words.size() >= 3, "syntax: expected 'cover', its kind and radius");
    const double r = section_radius(words[2]);
    preconditioner_.clear();
    by_sign_test_ = words[1] == "sign";
    if (by_sign_test_) {
      checked(words, "cover", 3);
      require(n_ == m_, "cover: signs need as many outputs as inputs");
      require(words[3] == "+" || words[3] == "-", "syntax: the sign is + or -");
      const int sign = words[3] == "+" ? 1 : -1;
      require(sign_ == 0 || sign == sign_, "cover: two covers of opposite signs");
      sign_ = sign;
    } else {
      require(words[1] == "monotone", "syntax: unknown kind of cover");
      checked(words, "cover", 2);
      const Words& entries = line("matrix", -1);
      require(entries.size() == at(n_) * at(m_) + 1, "syntax: a matrix has n times m numbers");
      // For the scaled outputs; any M will do that is the same for all leaves.
      for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        preconditioner_.push_back(std::ldexp(finite_double(entries[i + 1]), -root_->exponent[i % at(m_)]));
      }
    }
    const long before = lines_.number();
    Box whole = box(r);
    const bool by_tests = cover_tree(whole, root_, 0);
    local_ = std::max(local_, r);
    if (by_sign_test_) by_sign_ = std::max(by_sign_, r);
    if (!by_sign_test_ || n_ == 1 || (by_tests && lines_.number() == before + 1)) injective_ = std::max(injective_, r);
  }

  // One node of a cover's tree; true if it is a line `l`.
  bool cover_tree(Box& piece, NetPointer net, int depth) {
    require(depth < deepest, "tree: too deep");
    const Words& words = line();
    if (words[0] == "l") {
      checked(words, "l", 0);
      const Slopes slopes = slopes_on(*net, piece);
      require(by_sign_test_ || monotone(preconditioner_, slopes), "leaf: sym(M J) > 0 is not proved on this box");
      require(!by_sign_test_ || (sign_ != 0 && cube_sign(slopes) == sign_),
              "leaf: the determinant's sign is not proved on this box");
      return true;
    }
    if (words[0] == "c") {
      require(by_sign_test_, "leaf: exact cells in a monotone cover");
      cells(words, piece);
      return false;
    }
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

  std::pair<std::size_t, double> cut(const Words& words, const Box& piece) const {
    const std::size_t axis = at(index_below(checked(words, "s", 2)[1], n_));
    const double where = finite_double(words[2]);
    require(piece.lower[axis] < where && where < piece.upper[axis], "split: the cut is not inside the box");
    return {axis, where};
  }

  Slopes slopes_on(const Net& net, const Box& piece) {
    enclose(net, piece, enclosure_);
    std::vector<Slope> slope;
    for (const Phase phase : enclosure_.phase) slope.push_back(slope_of(phase));
    return slopes_of(net, slope);
  }

  // The network where these phases hold; from the root, with all that was decided, once its errors have grown. What was
  // decided on a box must not be lost on smaller ones: affine bounds do not always improve there.
  NetPointer decided(const NetPointer& net, const std::vector<Phase>& phase) const {
    if (std::count(phase.begin(), phase.end(), Phase::undecided) == net->k) return net;
    NetPointer result = narrow(*net, phase);
    return result->worst_radius() > worn_out ? narrow(*root_, result->known) : result;
  }
  NetPointer decided_on(const NetPointer& net, std::initializer_list<const Box*> boxes) {
    std::vector<Phase> phase;
    for (const Box* const piece : boxes) {
      enclose(*net, *piece, enclosure_);
      if (phase.empty()) phase = enclosure_.phase;
      for (std::size_t p = 0; p < phase.size(); ++p)
        phase[p] = phase[p] == enclosure_.phase[p] ? phase[p] : Phase::undecided;
    }
    return decided(net, phase);
  }

  // 4.4. Phases and rows are those of the current branch, for neurons before the one being decided.
  void cells(const Words& words, const Box& piece) {
    enclose(*root_, piece, enclosure_);
    active_.assign(weights_.neurons.size(), 0);
    affine_.assign(weights_.neurons.size(), {});
    constraints_.clear();
    std::size_t position = 1;
    cell(words, position, 0, piece);
    require(position == words.size(), "syntax: tokens follow the last cell");
  }

  bool compose(std::size_t j) {  // the row of neuron j on the branch; true if it depends on u
    affine_[j] = on_piece(network_.neurons[j], n_, active_, affine_);
    return std::any_of(affine_[j].begin(), affine_[j].end() - 1, [](const Rational& a) { return a != 0; });
  }

  void settle(std::size_t from, std::size_t to) {
    for (std::size_t p = from; p < to; ++p) {
      const std::size_t j = at(network_.kept[p]);
      const bool depends = compose(j), decided = enclosure_.phase[p] != Phase::undecided;
      require(decided || !depends, "cells: the phase of a neuron is not known");
      active_[j] = decided ? enclosure_.phase[p] == Phase::active : affine_[j].back() > 0;
    }
  }

  void cell(const Words& words, std::size_t& position, std::size_t next, const Box& piece) {
    require(position < words.size(), "syntax: the tree of cells is not complete");
    const std::string_view token = words[position++];
    const int count = static_cast<int>(weights_.neurons.size());
    if (token == ".") {
      settle(next, network_.kept.size());
      std::vector<Affine> jacobian;
      for (const Row& row : network_.outputs) jacobian.push_back(on_piece(row, n_, active_, affine_));
      require(determinant_sign(std::move(jacobian), n_) == sign_, "cells: a cell's determinant has another sign");
    } else if (token[0] == 's') {
      const int j = index_below(token.substr(1), count);
      const auto first = network_.kept.begin() + static_cast<long>(next);
      const auto place = std::lower_bound(first, network_.kept.end(), j);
      require(place != network_.kept.end() && *place == j, "cells: neurons of the rewritten network, ascending");
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
      empty_branch(token.substr(1), piece, count);
    }
  }

  void empty_branch(std::string_view multipliers, const Box& piece, int count) {
    Affine sum(at(n_) + 1);
    std::vector<int> unused = constraints_;
    bool positive = false;
    while (true) {
      const std::string_view part = multipliers.substr(0, multipliers.find(','));
      const std::size_t colon = std::min(part.find(':'), part.size());
      const int j = index_below(part.substr(0, colon), count);
      const Rational y = exact(part.substr(std::min(colon + 1, part.size())));
      require(std::erase(unused, j) == 1, "cells: multipliers belong to neurons decided on the branch, one each");
      require(y >= 0, "cells: a negative multiplier");
      positive = positive || y > 0;
      for (std::size_t i = 0; i <= at(n_); ++i) sum[i] += (active_[at(j)] ? y : Rational(-y)) * affine_[at(j)][i];
      if (part.size() == multipliers.size()) break;
      multipliers.remove_prefix(part.size() + 1);
    }
    Rational most = sum.back();
    for (std::size_t i = 0; i < at(n_); ++i)
      most += sum[i] * (centre_[i] + Rational(sum[i] > 0 ? piece.upper[i] : piece.lower[i]));
    require(positive && most <= 0, "cells: the multipliers do not show that the branch is empty");
  }

  struct Patch {
    Box box;
    int parent = -1, first = -1, second = -1;  // indices
    NetPointer net;                            // valid on the box
    std::shared_ptr<const Matrix> image;       // the outputs' forms on the box, as in Enclosure
  };
  struct Pair {
    Pair* parent;
    int x, y;
    NetPointer net;  // valid on both boxes
  };

  int patch_tree(const Box& piece, int parent, int depth) {
    require(depth < deepest, "tree: too deep");
    const std::size_t index = patches_.size();
    patches_.push_back({piece, parent, -1, -1, nullptr, nullptr});
    const Words& words = line();
    if (words[0] == ".") return checked(words, ".", 0), static_cast<int>(index);
    const auto [axis, where] = cut(words, piece);
    Box below = piece, above = piece;
    below.upper[axis] = above.lower[axis] = where;
    patches_[index].first = patch_tree(below, static_cast<int>(index), depth + 1);
    const int second = patch_tree(above, static_cast<int>(index), depth + 1);
    patches_[index].second = second;
    return static_cast<int>(index);
  }

  NetPointer patch_net(int index) {
    if (index < 0) return root_;
    Patch& patch = patches_[at(index)];
    if (!patch.net) {
      const NetPointer net = patch_net(patch.parent);
      enclose(*net, patch.box, enclosure_);
      auto image = std::make_shared<Matrix>(m_, 1 + n_ + enclosure_.undecided);
      for (int o = 0; o < m_; ++o) std::copy_n(enclosure_.form[net->k + o], image->columns, (*image)[o]);
      patch.image = std::move(image);
      patch.net = decided(net, enclosure_.phase);
      cached_ += patch.image->entries.size() * sizeof(Interval) + patch.net->w.size() * sizeof(double);
    }
    return patch.net;
  }

  std::shared_ptr<const Matrix> image(int index) {
    if (cached_ > cache_limit) {
      for (Patch& patch : patches_) patch.net.reset(), patch.image.reset();
      cached_ = 0;
    }
    patch_net(index);
    return patches_[at(index)].image;
  }

  void boundary(const Words& words) {
    const double r = section_radius(checked(words, "boundary", 1)[1]);
    require(n_ == m_, "boundary: needs as many outputs as inputs");
    patches_.clear();
    cached_ = 0;
    const Box whole = box(r);
    line("patches", 0);
    std::vector<int> faces;
    for (std::size_t i = 0; i < at(2 * n_); ++i) {
      Box face = whole;
      (i % 2 == 0 ? face.upper : face.lower)[i / 2] = (i % 2 == 0 ? whole.lower : whole.upper)[i / 2];
      faces.push_back(patch_tree(face, -1, 0));
    }
    line("pairs", 0);
    for (std::size_t a = 0; a < faces.size(); ++a) {
      for (std::size_t b = a; b < faces.size(); ++b) pair_tree(nullptr, faces[a], faces[b], 0);
    }
    patches_.clear();
    boundaries_.push_back(r);
  }

  NetPointer pair_net(Pair* pair) {
    if (pair == nullptr) return root_;
    if (!pair->net)
      pair->net = decided_on(pair_net(pair->parent), {&patches_[at(pair->x)].box, &patches_[at(pair->y)].box});
    return pair->net;
  }

  void pair_tree(Pair* parent, int x, int y, int depth) {
    require(depth < deepest, "tree: too deep");
    Pair pair{parent, x, y, nullptr};
    const Words& words = line();
    const char node = words[0].size() == 1 ? words[0][0] : '?';
    require(node == 'f' || words.size() == 1, "syntax: this line has too few or too many words");
    require((x == y) == (node == 'i' || node == 'd'), "pair: this node is for equal, or for different patches");
    if (node == 'i') {
      const NetPointer net = patch_net(patches_[at(x)].parent);
      require(cube_sign(slopes_on(*net, patches_[at(x)].box)) != 0, "pair: injectivity on this patch is not proved");
    } else if (node == 't') {
      secant(pair);
    } else if (node == 'm' || node == 'f') {
      separated(words, x, y);
    } else {
      require(node == 'd' || node == 'x' || node == 'y', "syntax: expected a node of a pair tree");
      const Patch& cut = patches_[at(node == 'y' ? y : x)];
      require(cut.first >= 0, "pair: this patch is not cut");
      const int a = cut.first, b = cut.second;
      if (node == 'd') pair_tree(&pair, a, b, depth + 1);
      for (const int half : {a, b}) pair_tree(&pair, node == 'y' ? x : half, node == 'x' ? y : half, depth + 1);
    }
  }

  void secant(const Pair& pair) {
    const NetPointer net = pair_net(pair.parent);
    enclose(*net, patches_[at(pair.x)].box, enclosure_);
    const std::vector<Interval> z = enclosure_.z;
    enclose(*net, patches_[at(pair.y)].box, enclosure_);
    std::vector<Slope> slope;
    for (std::size_t p = 0; p < z.size(); ++p) slope.push_back(slope_between(z[p], enclosure_.z[p]));
    require(cube_sign(slopes_of(*net, slope)) != 0, "pair: the secant test is not proved");
  }

  void separated(const Words& words, int x, int y) {
    const std::shared_ptr<const Matrix> a = image(x), b = image(y);
    if (words[0] == "f") checked(words, "f", m_);
    Interval difference;  // p . (f(x) - f(y)), up to the spread of both images along p
    Vector p;
    for (int o = 0; o < m_; ++o) {
      const int e = root_->exponent[at(o)];  // p is meant for the outputs as they are
      p.push_back(words[0] == "f" ? std::ldexp(finite_double(words[at(o) + 1]), -e)
                                  : std::ldexp(middle((*a)[o][0]) - middle((*b)[o][0]), -2 * e));
      difference = difference + p.back() * ((*a)[o][0] + -(*b)[o][0]);
    }
    double spread = 0.0;
    for (const auto& form : {a, b}) {
      for (int g = 1; g < form->columns; ++g) {
        Interval along;
        for (int o = 0; o < m_; ++o) along = along + p[at(o)] * (*form)[o][g];
        spread += size(along);
      }
    }
    require(difference.neg + spread < 0.0 || difference.up + spread < 0.0, "pair: the images are not separated");
  }

  void collision(const Words& words) {  // 4.5
    checked(words, "collision", 0);
    const std::vector<Rational> x = numbers(stated(line("x", n_)));
    const std::vector<Rational> y = numbers(stated(line("y", n_)));
    require(x != y, "collision: the two points are equal");
    Rational distance(0);
    for (std::size_t i = 0; i < at(n_); ++i) {
      for (const Rational& value : {x[i], y[i]}) {
        require(domain_.empty() || (value >= domain_[i].first && value <= domain_[i].second),
                "collision: a point outside the domain");
        distance = std::max(distance, Rational(abs(value - centre_[i])));
      }
    }
    require(evaluate(weights_, x).outputs == evaluate(weights_, y).outputs, "collision: the two outputs differ");
    if (nearest_ && *nearest_ <= distance) return;
    nearest_ = distance;
    pair_[0] = x;
    pair_[1] = y;
  }

  bool scales() const {  // the nearest pair may be drawn in to the centre
    if (!nearest_ || *nearest_ > Rational(ball_)) return false;
    const Values fc = evaluate(network_, centre_), fx = evaluate(network_, pair_[0]), fy = evaluate(network_, pair_[1]);
    for (const int j : network_.kept) {
      const int sign = sgn(fc.neurons[at(j)]);
      if (sign * sgn(fx.neurons[at(j)]) < 0 || sign * sgn(fy.neurons[at(j)]) < 0) return false;
    }
    return true;
  }

  void end(const Words& words) {  // 4.6
    for (const double r : boundaries_) {
      if (n_ >= 2 && r <= by_sign_) injective_ = std::max(injective_, r);
    }
    if (is_box_) {
      const std::string_view verdict = stated(checked(words, "end", 1))[1];
      const Box whole = box(std::numeric_limits<double>::infinity());
      bool held = injective_ > 0.0;
      for (std::size_t i = 0; i < at(n_); ++i)
        held = held && injective_ >= -whole.lower[i] && injective_ >= whole.upper[i];
      require(verdict == "proved" || verdict == "refuted" || verdict == "open", "syntax: unknown verdict");
      require(verdict != "proved" || held, "end: nothing in this file proves it");
      require(verdict != "refuted" || nearest_.has_value(), "end: refuted without a collision");
      return;
    }
    stated(checked(words, "end", 6));
    require(words[1] == "lower" && words[3] == "local" && words[5] == "upper",
            "syntax: expected lower, local and upper");
    const double lower = radius(words[2]), local = radius(words[4]);
    require(lower <= injective_, "end: nothing in this file proves the lower radius");
    require(local <= local_, "end: nothing in this file proves the local radius");
    require(lower <= local, "end: local is below lower");
    if (words[6] == "none") return;
    const Rational upper = exact(words[6]);
    require(Rational(lower) <= upper, "end: lower is above upper");
    require(upper == 0 ? scales() : nearest_ && *nearest_ <= upper,
            "end: no collision in this file proves the upper radius");
  }

  Lines& lines_;
  const Weights& weights_;
  const std::string& hash_;
  const int n_, m_;
  bool is_box_ = false;
  std::vector<Rational> centre_;
  std::vector<std::pair<Rational, Rational>> domain_;
  double ball_ = 0.0;
  Rewritten network_;
  NetPointer root_;
  std::string statement_;
  // what the sections prove: radii, 0 for none
  int sign_ = 0;
  double by_sign_ = 0.0, local_ = 0.0, injective_ = 0.0;
  std::vector<double> boundaries_;
  std::optional<Rational> nearest_;
  std::vector<Rational> pair_[2];
  // of the section being read
  bool by_sign_test_ = false;  // otherwise by the preconditioner
  Vector preconditioner_;
  std::vector<Patch> patches_;
  std::size_t cached_ = 0;
  std::vector<char> active_;
  std::vector<Affine> affine_;
  std::vector<int> constraints_;
  Enclosure enclosure_;
};

}  // namespace

Verdict check(const std::string& proof, const std::string& weights_path) {
  Verdict verdict;
  try {
    std::ifstream file(weights_path, std::ios::binary);
    if (!file) throw Unusable("'" + weights_path + "' cannot be read");
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const Upward upward;
    Lines lines(proof);
    try {
      const Weights weights = read_weights(bytes);
      verdict.statement = Checker(lines, weights, sha256(bytes)).run();
      verdict.code = 0;
    } catch (const Rejected& reason) {
      if (lines.number() <= 1) throw Unusable("this is not a proof file");
      verdict.reason = "line " + std::to_string(lines.number()) + ": " + reason.what();
      verdict.code = 1;
    }
  } catch (const std::bad_alloc&) {
    verdict.reason = "out of memory";
  } catch (const std::exception& reason) {  // Unusable, or a folder instead of a file
    verdict.reason = reason.what();
  }
  return verdict;
}

}  // namespace foldproof_check
