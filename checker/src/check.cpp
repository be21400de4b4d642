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

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include "lines.h"
#include "tests.h"

namespace foldproof_check {

namespace {

constexpr int deepest = 6000;                       // of any tree; a box of doubles cannot be cut that often in practice
constexpr int worth_narrowing = 12;                 // neurons
constexpr double worn_out = 0x1p-45;                // errors of a network narrowed again and again
constexpr std::size_t cache_limit = 64UL << 20U;    // bytes of bounds of patches

[[noreturn]] void reject(const std::string& reason) { throw Rejected(reason); }

class Checker {
 public:
  Checker(Lines& lines, const Weights& weights, const std::string& hash)
      : lines_(lines), weights_(weights), hash_(hash), n_(weights.n), m_(static_cast<int>(weights.outputs.size())) {}

  std::string run() {
    header();
    while (true) {
      const Words& words = lines_.next();
      if (words[0] == "cover") {
        cover(words);
      } else if (words[0] == "boundary") {
        boundary(words);
      } else if (words[0] == "collision") {
        expect(words, 1);
        collision();
      } else if (words[0] == "end") {
        end(words);
        if (!lines_.at_end()) reject("syntax: something follows the last line");
        return statement_;
      } else {
        reject("syntax: expected a section or the last line");
      }
    }
  }

 private:
  static void expect(const Words& words, std::size_t count) {
    if (words.size() != count) reject("syntax: " + std::to_string(count) + " words expected on this line");
  }
  const Words& line(std::string_view name, bool stated) {
    const Words& words = lines_.next();
    if (words[0] != name) reject("syntax: expected '" + std::string(name) + "'");
    if (stated) state(words);
    return words;
  }
  void state(const Words& words) {
    for (const std::string_view word : words) statement_ += std::string(word) + (word.data() == words.back().data() ? "\n" : " ");
  }
  std::vector<Rational> numbers(const Words& words, std::size_t count) const {
    expect(words, count + 1);
    std::vector<Rational> result;
    for (std::size_t i = 1; i < words.size(); ++i) result.push_back(exact(words[i]));
    return result;
  }

  void header() {
    const Words* words = &lines_.next();
    if (words->size() != 2 || words->front() != "foldproof-proof") throw Unusable("this is not a proof file");
    if (words->at(1) != "1") throw Unusable("the proof has format " + std::string(words->at(1)) + ", and this checker reads format 1");
    words = &line("network", true);
    expect(*words, 2);
    if (words->at(1) != hash_) throw Unusable("the proof is about another network: the SHA-256 of the weights file is " + hash_);
    words = &line("question", true);
    expect(*words, 2);
    is_box_ = words->at(1) == "injective";
    if (!is_box_ && words->at(1) != "radius") reject("syntax: unknown question");
    words = &line("norm", true);
    expect(*words, 2);
    if (words->at(1) != "linf") reject("syntax: unknown norm");
    if (!is_box_) centre_ = numbers(line("center", true), at(n_));
    words = &lines_.next();
    if (words->front() == "domain") {
      state(*words);
      expect(*words, at(n_) + 1);
      for (std::size_t i = 1; i < words->size(); ++i) {
        const std::size_t colon = words->at(i).find(':');
        if (colon == std::string_view::npos) reject("syntax: the domain is lower:upper per input");
        domain_.emplace_back(exact(words->at(i).substr(0, colon)), exact(words->at(i).substr(colon + 1)));
        const auto& [lower, upper] = domain_.back();
        if (lower >= upper) reject("header: the domain is empty");
        if (is_box_) centre_.push_back((lower + upper) / 2);
        if (centre_[i - 1] < lower || centre_[i - 1] > upper) reject("header: the centre lies outside the domain");
      }
      words = &lines_.next();
    } else if (is_box_) {
      reject("syntax: expected 'domain'");
    }
    if (words->front() != "ball") reject("syntax: expected 'ball'");
    expect(*words, 2);
    ball_ = radius(words->at(1));
    presolve(line("inactive", false));
  }

  static double radius(std::string_view text) {
    const double r = finite_double(text);
    if (r < 0.0) reject("syntax: a radius is negative");
    return r;
  }

  void presolve(const Words& words) {  // 4.1
    std::vector<char> inactive(weights_.neurons.size(), 0);
    int before = -1;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const int j = index_below(words[i], static_cast<int>(inactive.size()));
      if (j <= before) reject("syntax: neurons must ascend");
      inactive[at(before = j)] = 1;
    }
    network_ = rewrite(weights_, std::vector<char>(inactive.size(), 0));
    root_ = make_net(network_, centre_);
    if (before < 0) return;
    enclose(*root_, box(ball_), enclosure_);
    std::size_t proved = 1;
    for (std::size_t p = 0; p < network_.kept.size(); ++p) {
      if (!inactive[at(network_.kept[p])]) continue;
      if (enclosure_.phase[p] != Phase::inactive) reject("inactive: neuron " + std::to_string(network_.kept[p]) + " may be positive on the ball");
      ++proved;
    }
    if (proved != words.size()) reject("inactive: a neuron that is not one of the rewritten network");
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

  double section_radius(std::string_view text) {  // 4.5
    const double r = radius(text);
    if (!(r > 0.0 && r <= ball_)) reject("section: the radius must be positive and at most that of the ball");
    return r;
  }

  void cover(const Words& words) {
    if (words.size() < 3) reject("syntax: expected 'cover', its kind and radius");
    const double r = section_radius(words[2]);
    const bool by_sign = words[1] == "sign";
    if (by_sign) {
      expect(words, 4);
      if (n_ != m_) reject("cover: signs need as many outputs as inputs");
      if (words[3] != "+" && words[3] != "-") reject("syntax: the sign is + or -");
      const int sign = words[3] == "+" ? 1 : -1;
      if (sign_ != 0 && sign != sign_) reject("cover: two covers of opposite signs");
      sign_ = sign;
      preconditioner_.clear();
    } else {
      if (words[1] != "monotone") reject("syntax: unknown kind of cover");
      expect(words, 3);
      const Words& entries = line("matrix", false);
      expect(entries, at(n_) * at(m_) + 1);
      preconditioner_.clear();
      for (std::size_t i = 1; i < entries.size(); ++i) preconditioner_.push_back(finite_double(entries[i]));
    }
    const long first = lines_.number() + 1;
    Box whole = box(r);
    const bool leaf = cover_tree(whole, root_, 0);
    (by_sign ? by_sign_ : by_matrix_) = std::max(by_sign ? by_sign_ : by_matrix_, r);
    if (by_sign && leaf && lines_.number() == first) by_one_leaf_ = std::max(by_one_leaf_, r);
  }

  NetPointer fresh(const NetPointer& net) const { return net->worst_radius() > worn_out ? root_ : net; }

  // One node of a cover's tree; true if it is a line `l`.
  bool cover_tree(Box& piece, NetPointer net, int depth) {
    if (depth > deepest) reject("tree: too deep");
    const Words& words = lines_.next();
    if (words[0] == "l") {
      expect(words, 1);
      enclose(*net, piece, enclosure_);
      slopes_by_phase(*net);
      if (!preconditioner_.empty() ? !monotone(preconditioner_, slopes_) : cube_sign(slopes_) != sign_) {
        reject(preconditioner_.empty() ? "leaf: the determinant's sign is not proved on this box" : "leaf: sym(M J) > 0 is not proved on this box");
      }
      return true;
    }
    if (words[0] == "c") {
      if (!preconditioner_.empty()) reject("leaf: exact cells in a monotone cover");
      cells(words, piece);
      return false;
    }
    if (words[0] != "s") reject("syntax: expected a node of a tree");
    const auto [axis, where] = cut(words, piece);
    if (net->k > worth_narrowing) {
      net = fresh(net);
      enclose(*net, piece, enclosure_);
      if (enclosure_.undecided * 10 <= net->k * 8) net = narrow(*net, enclosure_.phase);
    }
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
    expect(words, 3);
    const std::size_t axis = at(index_below(words[1], n_));
    const double where = finite_double(words[2]);
    if (!(piece.lower[axis] < where && where < piece.upper[axis])) reject("split: the cut is not inside the box");
    return {axis, where};
  }

  void slopes_by_phase(const Net& net) {
    slope_.clear();
    for (const Phase phase : enclosure_.phase) slope_.push_back(slope_of(phase));
    slopes_of(net, slope_, rows_, slopes_);
  }

  // 4.4. Phases and rows are those of the current branch, for neurons up to the one being decided.
  void cells(const Words& words, const Box& piece) {
    enclose(*root_, piece, enclosure_);
    active_.assign(weights_.neurons.size(), 0);
    affine_.assign(weights_.neurons.size(), {});
    constraints_.clear();
    std::size_t position = 1;
    cell(words, position, 0, piece);
    if (position != words.size()) reject("syntax: tokens follow the last cell");
  }

  void settle(std::size_t from, std::size_t to) {
    for (std::size_t p = from; p < to; ++p) {
      const std::size_t j = at(network_.kept[p]);
      affine_[j] = on_piece(network_.neurons[j], n_, active_, affine_);
      const bool constant = std::all_of(affine_[j].begin(), affine_[j].end() - 1, [](const Rational& a) { return a == 0; });
      if (enclosure_.phase[p] != Phase::undecided) {
        active_[j] = enclosure_.phase[p] == Phase::active;
      } else if (constant) {
        active_[j] = affine_[j].back() > 0;
      } else {
        reject("cells: the phase of neuron " + std::to_string(j) + " is not known");
      }
    }
  }

  void cell(const Words& words, std::size_t& position, std::size_t next, const Box& piece) {
    if (position == words.size()) reject("syntax: the tree of cells is not complete");
    const std::string_view token = words[position++];
    const int count = static_cast<int>(weights_.neurons.size());
    if (token == ".") {
      settle(next, network_.kept.size());
      std::vector<Affine> jacobian;
      for (const Row& row : network_.outputs) jacobian.push_back(on_piece(row, n_, active_, affine_));
      if (determinant_sign(std::move(jacobian), n_) != sign_) reject("cells: a cell's determinant has another sign");
    } else if (token[0] == 's') {
      const std::size_t j = at(index_below(token.substr(1), count));
      const auto place = std::lower_bound(network_.kept.begin() + static_cast<long>(next), network_.kept.end(), static_cast<int>(j));
      if (place == network_.kept.end() || at(*place) != j) reject("cells: neurons of the rewritten network are decided in ascending order");
      const auto p = static_cast<std::size_t>(place - network_.kept.begin());
      if (constraints_.size() > at(deepest)) reject("tree: too deep");
      settle(next, p);
      affine_[j] = on_piece(network_.neurons[j], n_, active_, affine_);
      for (const bool active : {true, false}) {
        active_[j] = active;
        constraints_.push_back(j);
        cell(words, position, p + 1, piece);
        constraints_.pop_back();
      }
    } else if (token[0] == 'x') {
      Affine sum(at(n_) + 1);
      std::vector<std::size_t> seen;
      bool positive = false;
      for (std::string_view rest = token.substr(1); ; rest.remove_prefix(rest.find(',') + 1)) {
        const std::string_view part = rest.substr(0, rest.find(','));
        const std::size_t colon = part.find(':');
        if (colon == std::string_view::npos) reject("syntax: multipliers are neuron:number");
        const std::size_t j = at(index_below(part.substr(0, colon), count));
        const Rational y = exact(part.substr(colon + 1));
        if (std::find(constraints_.begin(), constraints_.end(), j) == constraints_.end()) reject("cells: a multiplier of a neuron not decided on this branch");
        if (y < 0 || std::find(seen.begin(), seen.end(), j) != seen.end()) reject("cells: a negative or repeated multiplier");
        seen.push_back(j);
        positive = positive || y > 0;
        for (std::size_t i = 0; i <= at(n_); ++i) sum[i] += (active_[j] ? y : Rational(-y)) * affine_[j][i];
        if (part.size() == rest.size()) break;
      }
      Rational largest = sum.back();
      for (std::size_t i = 0; i < at(n_); ++i) {
        largest += sum[i] * (centre_[i] + rational(sum[i] > 0 ? piece.upper[i] : piece.lower[i]));
      }
      if (!positive || largest > 0) reject("cells: the multipliers do not show that the branch is empty");
    } else {
      reject("syntax: unknown token of a cell");
    }
  }

  // A patch of the boundary; its image: value + sum of generators e_g, |e_g| <= 1, +- remainder.
  struct Image {
    Vector neg, up, generators, remainder;
  };
  struct Patch {
    Box box;
    int parent = -1, first = -1, second = -1;  // indices
    NetPointer net;                            // valid on the box; with it, if wanted, the image
    std::shared_ptr<const Image> image;
  };
  struct Pair {
    const Pair* parent;
    int x, y;
    NetPointer net;  // valid on both boxes
  };

  int patch_tree(const Box& piece, int parent, int depth) {
    if (depth > deepest) reject("tree: too deep");
    const int index = static_cast<int>(patches_.size());
    patches_.push_back({piece, parent, -1, -1, nullptr, nullptr});
    const Words& words = lines_.next();
    if (words[0] == ".") {
      expect(words, 1);
      return index;
    }
    if (words[0] != "s") reject("syntax: expected a node of a patch tree");
    const auto [axis, where] = cut(words, piece);
    Box half = piece;
    half.upper[axis] = where;
    const int first = patch_tree(half, index, depth + 1);
    half = piece;
    half.lower[axis] = where;
    const int second = patch_tree(half, index, depth + 1);
    patches_[at(index)].first = first;
    patches_[at(index)].second = second;
    return index;
  }

  NetPointer patch_net(int index) {
    if (index < 0) return root_;
    Patch& patch = patches_[at(index)];
    if (!patch.net) {
      NetPointer net = fresh(patch_net(patch.parent));
      enclose(*net, patch.box, enclosure_);
      auto image = std::make_shared<Image>();
      image->remainder.assign(at(m_), 0.0);
      const std::size_t k = at(net->k), columns = at(enclosure_.columns);
      for (std::size_t g = 0; g < at(n_ + enclosure_.undecided); ++g) {
        for (std::size_t o = 0; o < at(m_); ++o) {
          const bool zero = static_cast<int>(g) >= enclosure_.used[k + o];
          const double up = zero ? 0.0 : enclosure_.form.up[(k + o) * columns + g];
          image->generators.push_back(up);
          if (!zero) image->remainder[o] += up + enclosure_.form.neg[(k + o) * columns + g];
        }
      }
      for (std::size_t o = 0; o < at(m_); ++o) {
        image->neg.push_back(enclosure_.const_neg[k + o]);
        image->up.push_back(enclosure_.const_up[k + o]);
      }
      if (enclosure_.undecided * 10 <= net->k * 8) net = narrow(*net, enclosure_.phase);
      cached_ += image->generators.size() * sizeof(double) + net->w.size() * sizeof(double);
      patch.net = std::move(net);
      patch.image = std::move(image);
    }
    return patch.net;
  }

  std::shared_ptr<const Image> image(int index) {
    if (cached_ > cache_limit) {
      for (Patch& patch : patches_) patch.net.reset(), patch.image.reset();
      cached_ = 0;
    }
    patch_net(index);
    return patches_[at(index)].image;
  }

  void boundary(const Words& words) {
    expect(words, 2);
    const double r = section_radius(words[1]);
    if (n_ != m_) reject("boundary: needs as many outputs as inputs");
    patches_.clear();
    cached_ = 0;
    const Box whole = box(r);
    expect(line("patches", false), 1);
    std::vector<int> faces;
    for (std::size_t i = 0; i < at(n_); ++i) {
      for (const bool low : {true, false}) {
        Box face = whole;
        (low ? face.upper : face.lower)[i] = low ? whole.lower[i] : whole.upper[i];
        faces.push_back(patch_tree(face, -1, 0));
      }
    }
    expect(line("pairs", false), 1);
    for (std::size_t a = 0; a < faces.size(); ++a) {
      for (std::size_t b = a; b < faces.size(); ++b) pair_tree(nullptr, faces[a], faces[b], 0);
    }
    patches_.clear();
    boundaries_.push_back(r);
  }

  NetPointer pair_net(Pair* pair) {
    if (pair == nullptr) return root_;
    if (!pair->net) {
      NetPointer net = fresh(pair_net(const_cast<Pair*>(pair->parent)));
      if (net->k > worth_narrowing) {
        enclose(*net, patches_[at(pair->x)].box, enclosure_);
        std::vector<Phase> phase = enclosure_.phase;
        enclose(*net, patches_[at(pair->y)].box, enclosure_);
        for (std::size_t p = 0; p < phase.size(); ++p) {
          if (phase[p] != enclosure_.phase[p]) phase[p] = Phase::undecided;
        }
        if (std::count(phase.begin(), phase.end(), Phase::undecided) * 10 <= net->k * 8) net = narrow(*net, phase);
      }
      pair->net = std::move(net);
    }
    return pair->net;
  }

  void pair_tree(Pair* parent, int x, int y, int depth) {
    if (depth > deepest) reject("tree: too deep");
    Pair pair{parent, x, y, nullptr};
    const Words& words = lines_.next();
    const std::string_view node = words[0];
    if (node != "f") expect(words, 1);
    const auto children = [&](int index) {
      const Patch& patch = patches_[at(index)];
      if (patch.first < 0) reject("pair: this patch is not cut");
      return std::pair(patch.first, patch.second);
    };
    if (node == "i" || node == "d") {
      if (x != y) reject("pair: two different patches");
      if (node == "i") {
        const NetPointer net = patch_net(patches_[at(x)].parent);
        enclose(*net, patches_[at(x)].box, enclosure_);
        slopes_by_phase(*net);
        if (cube_sign(slopes_) == 0) reject("pair: injectivity on this patch is not proved");
        return;
      }
      const auto [a, b] = children(x);
      pair_tree(&pair, a, b, depth + 1);
      pair_tree(&pair, a, a, depth + 1);
      pair_tree(&pair, b, b, depth + 1);
      return;
    }
    if (x == y) reject("pair: one patch twice");
    if (node == "x" || node == "y") {
      const bool first = node == "x";  // the line is gone once the next is read
      const auto [a, b] = children(first ? x : y);
      for (const int half : {a, b}) pair_tree(&pair, first ? half : x, first ? y : half, depth + 1);
    } else if (node == "t") {
      secant(pair);
    } else if (node == "m" || node == "f") {
      separated(words, x, y);
    } else {
      reject("syntax: expected a node of a pair tree");
    }
  }

  void secant(Pair& pair) {
    const NetPointer net = pair_net(const_cast<Pair*>(pair.parent));
    enclose(*net, patches_[at(pair.x)].box, enclosure_);
    const Vector neg = enclosure_.neg, up = enclosure_.up;
    enclose(*net, patches_[at(pair.y)].box, enclosure_);
    slope_.clear();
    for (std::size_t p = 0; p < at(net->k); ++p) slope_.push_back(slope_between(neg[p], up[p], enclosure_.neg[p], enclosure_.up[p]));
    slopes_of(*net, slope_, rows_, slopes_);
    if (cube_sign(slopes_) == 0) reject("pair: the secant test is not proved");
  }

  void separated(const Words& words, int x, int y) {
    const std::shared_ptr<const Image> images[] = {image(x), image(y)};
    const Image &a = *images[0], &b = *images[1];
    Vector p(at(m_));
    if (words[0] == "f") {
      expect(words, at(m_) + 1);
      for (std::size_t o = 0; o < at(m_); ++o) p[o] = finite_double(words[o + 1]);
    } else {
      for (std::size_t o = 0; o < at(m_); ++o) p[o] = 0.5 * (a.up[o] - a.neg[o]) - 0.5 * (b.up[o] - b.neg[o]);
    }
    double neg = 0.0, up = 0.0, spread = 0.0;  // p . (middles) in [-neg, up]
    for (std::size_t o = 0; o < at(m_); ++o) {
      const double difference_neg = a.neg[o] + b.up[o], difference_up = a.up[o] + b.neg[o];
      add_scaled(&neg, &up, p[o], &difference_neg, &difference_up, 1);
      spread += std::abs(p[o]) * (a.remainder[o] + b.remainder[o]);
    }
    for (const auto& image : images) {
      const double* const generators = image->generators.data();
      for (std::size_t g = 0; g < image->generators.size(); g += at(m_)) {
        double plus = 0.0, minus = 0.0;
        for (std::size_t o = 0; o < at(m_); ++o) {
          plus += p[o] * generators[g + o];
          minus += (-p[o]) * generators[g + o];
        }
        spread += larger(plus, minus);
      }
    }
    if (!(neg + spread < 0.0) && !(up + spread < 0.0)) reject("pair: the images are not separated");
  }

  void collision() {  // 4.5
    const std::vector<Rational> x = numbers(line("x", false), at(n_));
    const std::vector<Rational> y = numbers(line("y", false), at(n_));
    if (x == y) reject("collision: the two points are equal");
    Rational distance(0);
    for (const auto* point : {&x, &y}) {
      for (std::size_t i = 0; i < at(n_); ++i) {
        const Rational& value = (*point)[i];
        if (!domain_.empty() && (value < domain_[i].first || value > domain_[i].second)) reject("collision: a point outside the domain");
        distance = std::max(distance, Rational(abs(value - centre_[i])));
      }
    }
    const Values fx = evaluate(weights_, x), fy = evaluate(weights_, y);
    if (fx.outputs != fy.outputs) reject("collision: the two outputs differ");
    const Values fc = evaluate(weights_, centre_);
    bool cone = true;
    for (std::size_t j = 0; j < weights_.neurons.size(); ++j) {
      const int sign = sgn(fc.neurons[j]);
      cone = cone && sign * sgn(fx.neurons[j]) >= 0 && sign * sgn(fy.neurons[j]) >= 0;
    }
    scales_ = scales_ || cone;
    if (!nearest_ || distance < *nearest_) nearest_ = distance;
  }

  bool injective_at(double r) const {  // 4.6
    return by_matrix_ >= r || by_one_leaf_ >= r ||
           (by_sign_ >= r && (n_ == 1 || std::find(boundaries_.begin(), boundaries_.end(), r) != boundaries_.end()));
  }

  void end(const Words& words) {
    state(words);
    if (is_box_) {
      expect(words, 2);
      if (words[1] == "proved") {
        const Box whole = box(std::numeric_limits<double>::max());
        for (std::size_t i = 0; i < at(n_); ++i) {
          if (!(ball_ >= -whole.lower[i] && ball_ >= whole.upper[i])) reject("end: the ball does not hold the box");
        }
        if (!(ball_ > 0.0) || !injective_at(ball_)) reject("end: nothing in this file proves it");
      } else if (words[1] == "refuted") {
        if (!nearest_) reject("end: refuted without a collision");
      } else if (words[1] != "open") {
        reject("syntax: unknown verdict");
      }
      return;
    }
    expect(words, 7);
    if (words[1] != "lower" || words[3] != "local" || words[5] != "upper") reject("syntax: expected lower, local and upper");
    const double lower = radius(words[2]), local = radius(words[4]);
    if (lower != 0.0 && !injective_at(lower)) reject("end: nothing in this file proves the lower radius");
    if (local < lower) reject("end: local is below lower");
    if (local != 0.0 && std::max(by_sign_, by_matrix_) < local) reject("end: nothing in this file proves the local radius");
    if (words[6] == "none") return;
    const Rational upper = exact(words[6]);
    if (upper == 0 ? !scales_ : !nearest_ || *nearest_ > upper) reject("end: no collision in this file proves the upper radius");
    if (upper != 0 && rational(lower) > upper) reject("end: lower is above upper");
    if (upper == 0 && lower != 0.0) reject("end: lower is above upper");
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
  // what the sections proved: radii, 0 for none
  int sign_ = 0;
  double by_sign_ = 0.0, by_matrix_ = 0.0, by_one_leaf_ = 0.0;
  std::vector<double> boundaries_;
  std::optional<Rational> nearest_;
  bool scales_ = false;
  // of the section being read
  Vector preconditioner_;
  std::vector<Patch> patches_;
  std::size_t cached_ = 0;
  std::vector<char> active_;
  std::vector<Affine> affine_;
  std::vector<std::size_t> constraints_;
  // scratch
  Enclosure enclosure_;
  std::vector<Slope> slope_;
  Matrix rows_;
  Slopes slopes_;
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
      verdict.reason = "line " + std::to_string(lines.number()) + ": " + reason.what();
      verdict.code = 1;
    }
  } catch (const Unusable& reason) {
    verdict.reason = reason.what();
  } catch (const std::bad_alloc&) {
    verdict.reason = "out of memory";
  }
  return verdict;
}

}  // namespace foldproof_check
