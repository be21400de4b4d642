// Claim: code 0 is returned only if the statement is true of the real function of the weights file.
// The rules are numbered as in docs/certificate.md; the theorems behind 4.6:
//   1  Minty: along a segment (x - y)^T M (f(x) - f(y)) is a sum of positive terms over the leaves it crosses.
//   2  f(x) - f(y) = J(s)(x - y) for slopes s of the box that holds x and y, and J(s) is nonsingular.
//   3  n = 1: a slope of one sign.
//   4  n >= 2, all pieces inside have one determinant sign, f injective on the boundary: the degree of f on either side
//      of the embedded sphere f(boundary) is 0 or 1, each preimage adds 1, so no value is taken twice (Meisters-Olech).
//   5  the pairs of patches hold all pairs of points, and none of them collides.
//   other questions: covers.cpp, points.cpp, factor.cpp.
//   collisions with q = 0: relu of an affine function of t in [0, 1] is affine if its ends are not of opposite signs.
// Memory: one box, one line and the networks of one path of a tree; patches are kept, their bounds up to a limit.
#include "check.h"

#include <fstream>
#include <iterator>

#include "checker.h"

namespace foldproof_check {

std::string Checker::run() {
  header();
  while (true) {
    const Words& words = line();
    if (words[0] == "cover") {
      cover(words);
    } else if (words[0] == "boundary") {
      boundary(words);
    } else if (words[0] == "pairs") {
      all_pairs(words);
    } else if (words[0] == "collision") {
      collision(words);
    } else if (words[0] == "value") {
      value(words);
    } else if (words[0] == "point") {
      point(words);
    } else if (words[0] == "flat") {
      flat(words);
    } else {
      end(words);
      require(lines_.next().empty(), "syntax: something follows the last line");
      return statement_;
    }
  }
}

const Words& Checker::line() {
  const Words& words = lines_.next();
  if (words.empty()) throw Unusable("the proof file is cut off: it has no last line 'end ...'");
  return words;
}

/// The line must begin so and have `count` further words (any number if negative).
const Words& Checker::checked(const Words& words, const char* name, int count) {
  if (words[0] != name) throw Rejected(std::string("syntax: expected '") + name + "'");
  require(count < 0 || static_cast<int>(words.size()) == count + 1, "syntax: this line has too few or too many words");
  return words;
}

const Words& Checker::stated(const Words& words) {
  for (const std::string_view& word : words) statement_.append(word).append(1, &word == &words.back() ? '\n' : ' ');
  return words;
}

Checker::Point Checker::numbers(const Words& words) {
  Point result;
  for (std::size_t i = 1; i < words.size(); ++i) result.push_back(exact(words[i]));
  return result;
}

Checker::Point Checker::point_of(const Words& words) const {
  Point result = numbers(words);
  for (std::size_t i = 0; i < scale_.size(); ++i) result[i] /= scale_[i];
  return result;
}

double Checker::radius(std::string_view text) {
  const double r = finite_double(text);
  require(r >= 0.0, "syntax: a radius is negative");
  return r;
}

void Checker::header() {
  const Words& first = lines_.next();
  if (first.size() != 2 || first[0] != "foldproof-proof") throw Unusable("this is not a proof file");
  if (first[1] != "3")
    throw Unusable("the proof has format " + std::string(first[1]) +
                   ", and this checker reads format 3: check it with the foldproof that wrote it, or ask again");
  about(line("network", 1), hash_);
  const Words* words = &line();
  const bool two = words->front() == "second";
  if (two != second_.has_value()) {
    throw Unusable(two ? "the proof is about two networks: give the weights files of both, the second one last"
                       : "the proof is about one network, and the weights files of two are given");
  }
  if (two) {
    about(checked(*words, "second", 1), second_->hash);
    require(second_->weights.n == n_, "header: the two networks have different numbers of inputs");
    weights_ = joint(std::move(weights_), std::move(second_->weights));
    words = &line();
  }
  static constexpr std::string_view questions[] = {"radius", "injective", "pseudo", "factor", "preimages", "j0"};
  const std::string_view name = stated(checked(*words, "question", 1))[1];
  const auto* const question = std::find(std::begin(questions), std::end(questions), name);
  require(question != std::end(questions), "syntax: unknown question");
  question_ = static_cast<Question>(question - questions);
  require(two == (question_ == Question::factor), "header: two networks are for the question factor");
  const bool is_box = question_ == Question::injective || question_ >= Question::preimages;
  static constexpr std::string_view norms[] = {"linf", "l1", "l2"};
  const auto* const norm = std::find(std::begin(norms), std::end(norms), stated(line("norm", 1))[1]);
  require(norm != std::end(norms), "syntax: unknown norm");
  norm_ = static_cast<Norm>(norm - norms);
  require(!is_box || norm_ == Norm::linf, "header: this question is in the norm linf");
  words = &line();
  if (!is_box && words->front() == "scale") {
    read_scale(stated(checked(*words, "scale", n_)));
    words = &line();
  }
  if (!is_box) {
    centre_ = point_of(stated(checked(*words, "center", n_)));
    words = &line();
  }
  if (is_box || words->front() == "domain") {
    read_domain(stated(checked(*words, "domain", n_)), is_box);
    words = &line();
  }
  ball_ = radius(checked(*words, "ball", 1)[1]);
  presolve(line("inactive", -1));
}

void Checker::about(const Words& words, const std::string& hash) {
  if (stated(words)[1] == hash) return;
  throw Unusable("the proof is about another network (or other fixed inputs or outputs): it names the hash " +
                 std::string(words[1]) + ", and that of this weights file is " + hash);
}

void Checker::read_scale(const Words& words) {
  scale_ = numbers(words);
  for (const Rational& s : scale_) require(s > 0, "header: a scale must be positive");
  for (std::vector<Row>* const rows : {&weights_.neurons, &weights_.outputs}) {
    for (Row& row : *rows) {
      for (auto& [variable, coefficient] : row.terms) {
        if (variable < n_) coefficient *= scale_[at(variable)];
      }
    }
  }
}

void Checker::read_domain(const Words& words, bool is_box) {
  for (std::size_t i = 0; i < at(n_); ++i) {
    const std::string_view side = words[i + 1];
    const std::size_t colon = std::min(side.find(':'), side.size() - 1);
    const Rational s = scale_.empty() ? Rational(1) : scale_[i];
    const auto& [lower, upper] =
        domain_.emplace_back(exact(side.substr(0, colon)) / s, exact(side.substr(colon + 1)) / s);
    require(lower < upper, "header: the domain is empty");
    if (is_box) centre_.push_back((lower + upper) / 2);
    require(lower <= centre_[i] && centre_[i] <= upper, "header: the centre lies outside the domain");
  }
}

void Checker::presolve(const Words& words) {  // 4.1
  std::vector<char> inactive(weights_.neurons.size(), 0);
  joint_ = rewrite(weights_, inactive);
  joint_root_ = make_net(joint_, centre_);
  if (words.size() > 1) {
    Box whole = box(ball_);
    whole.ball = {};
    enclose(*joint_root_, whole, enclosure_);
    for (std::size_t i = 1, p = 0; i < words.size(); ++i, ++p) {
      const int j = index_below(words[i], static_cast<int>(inactive.size()));
      while (p < joint_.kept.size() && joint_.kept[p] < j) ++p;
      require(p < joint_.kept.size() && joint_.kept[p] == j, "inactive: neurons of the rewritten network, ascending");
      require(enclosure_.phase[p] == Phase::inactive, "inactive: a neuron may be positive on the ball");
      inactive[at(j)] = 1;
    }
    joint_ = rewrite(weights_, inactive);
    joint_root_ = make_net(joint_, centre_);
  }
  network_ = first_outputs(joint_, m_);
  root_ = question_ == Question::factor ? make_net(network_, centre_) : joint_root_;
  if (question_ == Question::factor) find_common_kernel();
  if (question_ == Question::pseudo) {
    reach(evaluate(network_, centre_).outputs);
    points_.push_back(preimage_at(centre_));
  }
}

Box Checker::box(double r) const {  // U(r) and the ball: K(r), section 1
  Box result{Vector(at(n_), -r), Vector(at(n_), r), {norm_, r}};
  for (std::size_t i = 0; i < domain_.size(); ++i) {
    result.lower[i] = std::max(-r, -round_up(centre_[i] - domain_[i].first));
    result.upper[i] = std::min(r, round_up(domain_[i].second - centre_[i]));
  }
  return result;
}

bool Checker::fills_domain(double r) const {  // r > 0 is at least all |a_i|, |b_i|
  const Box whole = box(std::numeric_limits<double>::infinity());
  bool result = r > 0.0;
  for (std::size_t i = 0; i < at(n_); ++i) result = result && r >= -whole.lower[i] && r >= whole.upper[i];
  return result;
}

bool Checker::in_domain(const Point& x) const {
  bool result = true;
  for (std::size_t i = 0; i < domain_.size(); ++i)
    result = result && domain_[i].first <= x[i] && x[i] <= domain_[i].second;
  return result;
}

Rational Checker::power(const Rational& size) const { return norm_ == Norm::l2 ? Rational(size * size) : size; }

/// |u|_p for u >= 0, or its square for l2, as power() of it.
Rational Checker::measure(const Point& u) const {
  Rational result(0);
  for (const Rational& size : u) result = norm_ == Norm::linf ? std::max(result, size) : result + power(size);
  return result;
}

bool Checker::outside(const Box& piece, double r, bool may_touch) const {  // |u|_p > r for all u, or >= r
  Point nearest;
  for (std::size_t i = 0; i < at(n_); ++i)
    nearest.emplace_back(std::max(0.0, std::max(piece.lower[i], -piece.upper[i])));
  const Rational distance = measure(nearest), limit = power(Rational(r));
  return may_touch ? distance >= limit : distance > limit;
}

bool Checker::inside(const Box& piece, double r) const {  // |u|_p < r for all u
  Point farthest;
  for (std::size_t i = 0; i < at(n_); ++i) farthest.emplace_back(std::max(-piece.lower[i], piece.upper[i]));
  return measure(farthest) < power(Rational(r));
}

double Checker::section_radius(std::string_view text) const {  // 4.5
  const double r = radius(text);
  require(r > 0.0 && r <= ball_, "section: the radius must be positive and at most that of the ball");
  return r;
}

void Checker::collision(const Words& words) {  // 4.5
  checked(words, "collision", 0);
  require(question_ < Question::preimages, "section: not for this question");
  const Point x = point_of(stated(line("x", n_)));
  const Point y = point_of(stated(line("y", n_)));
  require(x != y, "collision: the two points are equal");
  require(question_ != Question::pseudo || x == centre_, "collision: its first point is not the centre");
  require(in_domain(x) && in_domain(y), "collision: a point outside the domain");
  Rational distance(0);
  for (const Point* const end : {&x, &y}) {
    Point from = *end;
    for (std::size_t i = 0; i < at(n_); ++i) from[i] = abs(from[i] - centre_[i]);
    distance = std::max(distance, measure(from));
  }
  const Point fx = evaluate(weights_, x).outputs, fy = evaluate(weights_, y).outputs;
  require(std::equal(fx.begin(), fx.begin() + m_, fy.begin()), "collision: the two outputs differ");
  require(question_ != Question::factor || fx != fy, "collision: the second network does not tell the points apart");
  if (nearest_ && *nearest_ <= distance) return;
  nearest_ = distance;
  pair_[0] = x;
  pair_[1] = y;
}

bool Checker::scales() const {  // the nearest pair may be drawn in to the centre
  if (!nearest_ || *nearest_ > power(Rational(ball_))) return false;
  const Values fc = evaluate(joint_, centre_), fx = evaluate(joint_, pair_[0]), fy = evaluate(joint_, pair_[1]);
  for (const int j : joint_.kept) {
    const int sign = sgn(fc.neurons[at(j)]);
    if (sign * sgn(fx.neurons[at(j)]) < 0 || sign * sgn(fy.neurons[at(j)]) < 0) return false;
  }
  return true;
}

void Checker::check_upper(const Rational& lower, std::string_view text) const {
  if (text == "none") return;
  const Rational upper = exact(text);
  require(lower <= upper, "end: lower is above upper");
  require(upper == 0 ? scales() : nearest_ && *nearest_ <= power(upper),
          "end: no collision in this file proves the upper radius");
}

void Checker::end(const Words& words) {  // 4.6
  for (const double r : boundaries_) {
    if (n_ >= 2 && r <= by_sign_) injective_ = std::max(injective_, r);
  }
  if (listed_.size() > most_listed) listed_ = "listed " + sha256(listed_) + '\n';
  statement_ += listed_;
  if (question_ == Question::radius || question_ == Question::factor) return end_of_radius(words);
  if (question_ == Question::injective) {
    const std::string_view verdict = stated(checked(words, "end", 1))[1];
    require(verdict == "proved" || verdict == "refuted" || verdict == "open", "syntax: unknown verdict");
    require(verdict != "proved" || fills_domain(injective_), "end: nothing in this file proves it");
    require(verdict != "refuted" || nearest_.has_value(), "end: refuted without a collision");
  } else if (question_ == Question::pseudo) {
    stated(checked(words, "end", 4));
    require(words[1] == "lower" && words[3] == "upper", "syntax: expected lower and upper");
    const double lower = radius(words[2]);
    require(lower <= alone_, "end: nothing in this file proves the lower radius");
    check_upper(Rational(lower), words[4]);
  } else if (question_ == Question::preimages) {
    require(!awaits_cover_, "end: the last value has no cover");
    check_counts(words, {{"values", values_}, {"points", found_}, {"flats", flat_pieces_}, {"open", open_}});
  } else {
    require(widest_.has_value(), "end: nothing in this file covers the domain");
    checked(words, "end", 6);
    require(Rational(radius(words[4])) >= *widest_, "end: a box is wider");
    check_counts(words, {{"boxes", folded_}, {"width", std::nullopt}, {"open", open_}});
  }
}

void Checker::check_counts(const Words& words, const std::vector<std::pair<const char*, std::optional<long>>>& counts) {
  stated(checked(words, "end", 2 * static_cast<int>(counts.size())));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& [name, count] = counts[i];
    require(words[2 * i + 1] == name, "syntax: the last line of this question has other words");
    require(!count || exact(words[2 * i + 2]) == *count, "end: a number that is not that of this file");
  }
}

void Checker::end_of_radius(const Words& words) {
  stated(checked(words, "end", 6));
  require(words[1] == "lower" && words[3] == "local" && words[5] == "upper", "syntax: expected lower, local and upper");
  const double lower = radius(words[2]), local = radius(words[4]);
  const bool factor = question_ == Question::factor;
  require(lower <= std::max(injective_, factored_), "end: nothing in this file proves the lower radius");
  require(factor ? local == lower : local <= local_, "end: nothing in this file proves the local radius");
  require(lower <= local, "end: local is below lower");
  check_upper(Rational(lower), words[6]);
}

Verdict check(const std::string& proof, const std::string& weights, const std::string& second) {
  Verdict verdict;
  const auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Unusable("'" + path + "' cannot be read");
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return WeightsFile{read_weights(bytes), network_hash(bytes)};
  };
  try {
    const Upward upward;
    Lines lines(proof);
    try {
      std::optional<WeightsFile> other;
      if (!second.empty()) other = read(second);
      verdict.statement = Checker(lines, read(weights), std::move(other)).run();
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
