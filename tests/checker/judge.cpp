#include "judge.h"

#include <algorithm>
#include <sstream>

#include "model/weights_file.h"
#include "proof_text.h"

namespace foldproof::testing {

namespace {

using Point = ExactTruth::Point;
using Words = std::vector<std::string>;

Point numbers(const Words& words) {
  Point result;
  for (std::size_t i = 1; i < words.size(); ++i) result.push_back(proof_number(words[i]));
  return result;
}

ExactTruth::Box sides(const Words& words) {
  ExactTruth::Box result;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t colon = words[i].find(':');
    result.emplace_back(proof_number(words[i].substr(0, colon)), proof_number(words[i].substr(colon + 1)));
  }
  return result;
}

bool holds_point(const ExactTruth::Box& box, const Point& x) {
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (x[i] < box[i].first || x[i] > box[i].second) return false;
  }
  return true;
}

/// Directions d such that |u|_p <= r exactly where all d . u <= r; for l2 only "if |u|_2 <= r".
std::vector<Point> directions(const std::string& norm, std::size_t n) {
  std::vector<Point> result;
  if (norm == "linf" || n == 1) return result;
  if (norm == "l2" && n == 2) {
    for (const long numerator : {-3, -2, -1, 0, 1, 2, 3, 4}) {  // tan of half the angle
      const Rational t = Rational(numerator) / Rational(4), square = t * t, one(1);
      const Rational x = (one - square) / (one + square), y = Rational(2) * t / (one + square);
      result.push_back({x, y});
      result.push_back({-x, -y});
    }
    return result;
  }
  for (std::size_t signs = 0; signs < std::size_t{1} << n; ++signs) {
    result.emplace_back();
    for (std::size_t i = 0; i < n; ++i) result.back().emplace_back((signs >> i & 1U) != 0 ? 1 : -1);
  }
  return result;
}

}  // namespace

Judge::Judge(const std::string& weights, const std::string& second) : truth_(weights, second) {
  hashes_ = "network " + network_hash(weights) + '\n';
  if (!second.empty()) hashes_ += "second " + network_hash(second) + '\n';
}

ExactTruth::Body Judge::ball(const Place& place, const Rational& r, bool inner) const {
  ExactTruth::Body result;
  const std::size_t n = place.centre.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Rational reach = r * place.scale[i];
    result.box.emplace_back(place.centre[i] - reach, place.centre[i] + reach);
    if (place.domain.empty()) continue;
    result.box[i] = {std::max(result.box[i].first, place.domain[i].first),
                     std::min(result.box[i].second, place.domain[i].second)};
  }
  // For l2 half the angle between two directions is below 0.25: cos 0.25 > 24/25. In three dimensions the balls of l1.
  Rational size = r;
  if (place.norm == "l2" && n == 2 && inner) size = r * proof_number("24/25");
  if (place.norm == "l2" && n > 2 && !inner) size = r * proof_number("1733/1000");
  for (const Point& direction : directions(place.norm, n)) {
    ExactTruth::Affine cut(n + 1);
    cut[n] = size;
    for (std::size_t i = 0; i < n; ++i) {
      cut[i] = -direction[i] / place.scale[i];
      cut[n] -= cut[i] * place.centre[i];
    }
    result.cuts.push_back(std::move(cut));
  }
  return result;
}

bool Judge::holds(const std::string& key, const Place& place, const Rational& r, bool inner, const Claim& claim) {
  Threshold& known = known_[key + (inner ? " inner" : " outer")];
  if (r <= known.holds) return true;
  if (known.fails && r >= *known.fails) return false;
  const bool yes = claim(ball(place, r, inner));
  if (yes) {
    known.holds = r;
  } else {
    known.fails = r;
  }
  return yes;
}

std::string Judge::false_claim(const std::string& statement) {
  if (statement.rfind(hashes_ + "question ", 0) != 0) return "other networks";
  std::vector<Words> lines;
  std::map<std::string, Words> said;
  for (const std::string& line : lines_of(statement)) {
    lines.push_back(words_of(line));
    const std::string& name = lines.back().at(0);
    static const std::string many[] = {"x", "y", "value", "point", "flat"};  // there may be several collisions
    if (!said.emplace(name, lines.back()).second && std::count(std::begin(many), std::end(many), name) == 0)
      return "two lines '" + name + "'";
  }
  const std::string& question = said["question"].at(1);
  const Words& end = said["end"];
  const std::size_t n = truth_.inputs();
  Place place{said["norm"].at(1), numbers(said["center"]), numbers(said["scale"]), sides(said["domain"])};
  const bool is_box = question == "injective" || question == "preimages" || question == "j0";
  if (place.norm != "linf" && (is_box || (place.norm != "l1" && place.norm != "l2"))) return "another norm";
  if (place.scale.empty()) place.scale.assign(n, Rational(1));
  if (place.scale.size() != n || (!place.domain.empty() && place.domain.size() != n)) return "another dimension";
  for (const auto& [lower, upper] : place.domain) {
    if (!(lower < upper)) return "an empty domain";
  }
  if (is_box) {
    if (place.domain.empty()) return "a question without its box";
    if (question == "preimages") return false_list(lines, place);
    const ExactTruth::Body body{place.domain, {}};
    if (question == "j0") {
      const bool none = end.at(2) == "0" && end.at(6) == "0";
      return none && !truth_.one_sign(body) ? "no fold" : "";
    }
    if (end.at(1) != "proved" && end[1] != "refuted") return end[1] == "open" ? "" : "no verdict";
    return truth_.injective(body) == (end[1] == "proved") ? "" : end[1];
  }
  if (place.centre.size() != n) return "a centre of another dimension";
  if (!place.domain.empty() && !holds_point(place.domain, place.centre)) return "a centre outside the domain";
  std::string where = question;
  for (const char* name : {"norm", "scale", "center", "domain"}) where += ' ' + joined_words(said[name]);

  const Claim main = [&](const ExactTruth::Body& body) {
    return question == "factor"   ? truth_.factors(body)
           : question == "pseudo" ? truth_.alone(body, place.centre)
                                  : truth_.injective(body);
  };
  const Claim local = [&](const ExactTruth::Body& body) {
    return n == truth_.outputs() ? truth_.one_sign(body) : truth_.injective(body);
  };
  const auto is_false = [&](const std::string& text, const std::string& what, const Claim& claim) {
    const Rational r = proof_number(text);
    return r.sign() < 0 || (r.sign() > 0 && !holds(what + where, place, r, true, claim));
  };
  if (is_false(end.at(2), "", main)) return "lower " + end[2];
  if (question == "radius" && is_false(end.at(4), "local ", local)) return "local " + end[4];
  if (question == "factor" && end.at(4) != end[2] && proof_number(end[4]) != proof_number(end[2])) return "local";
  if (end.back() == "none") return "";
  // At 0 every ball holds a collision: a ball that no hinge beside the centre can reach speaks for all of them.
  const Rational upper = proof_number(end.back());
  const Rational r = upper.is_zero() ? Rational(1).times_power_of_two(-200) : upper;
  return r.sign() < 0 || holds(where, place, r, false, main) ? "upper " + end.back() : "";
}

std::string Judge::false_list(const std::vector<Words>& lines, const Place& place) const {
  std::vector<std::pair<Point, ExactTruth::Fibre>> fibres;
  std::size_t points = 0, flats = 0;
  for (const Words& line : lines) {
    if (line[0] == "listed") return "";  // more than this brute force can judge
    if (line[0] == "value") fibres.push_back({numbers(line), {}});
    if (line[0] != "point" && line[0] != "x" && line[0] != "y") continue;
    auto& [image, fibre] = fibres.at(fibres.size() - 1);
    const Point at = numbers(line);
    const bool inside = holds_point(place.domain, at);
    if (inside ? truth_.value(at) != image : line[0] != "point") return "a point that is no preimage";
    if (inside && line[0] == "point") {
      if (std::count(fibre.points.begin(), fibre.points.end(), at) > 0) return "a point twice";
      fibre.points.push_back(at);
      ++points;
    }
    if (line[0] == "x") fibre.flats.push_back({at, {}});
    if (line[0] == "y") {
      auto& [x, y] = fibre.flats.back();
      y = at;
      if (x == y || !truth_.joined(x, y, image)) return "a segment that is no fibre";
      ++flats;
    }
  }
  const Words& end = lines.back();
  const std::size_t counts[] = {fibres.size(), points, flats};
  for (std::size_t i = 0; i < 3; ++i) {
    if (proof_number(end.at(2 * i + 2)) != Rational(static_cast<long>(counts[i]))) return "another count";
  }
  if (end.at(8) != "0") return "";
  for (const auto& [image, fibre] : fibres) {
    if (!truth_.complete(place.domain, image, fibre)) return "a list that is not complete";
  }
  return "";
}

std::string Judge::false_leaf(const std::vector<std::string>& proof) const {
  ExactTruth::Box whole;
  Point centre;
  std::size_t line = 0;
  for (; words_of(proof[line])[0] != "cover"; ++line) {
    const Words words = words_of(proof[line]);
    if (words[0] == "domain") whole = sides(words);
  }
  const ExactTruth::Box domain = whole;
  for (auto& [lower, upper] : whole) {
    centre.push_back((lower + upper) / Rational(2));
    lower = Rational::from_double((lower - centre.back()).lower_double());
    upper = Rational::from_double((upper - centre.back()).upper_double());
  }
  std::vector<ExactTruth::Box> pieces{whole}, above, below;
  long found = 0, open = 0;
  Rational widest;
  while (!pieces.empty()) {
    const Words words = words_of(proof.at(++line));
    ExactTruth::Box piece = pieces.back();
    pieces.pop_back();
    if (words[0] == "s") {
      const std::size_t axis = std::stoul(words.at(1));
      ExactTruth::Box upper = piece;
      piece[axis].second = upper[axis].first = proof_number(words.at(2));
      pieces.push_back(upper);
      pieces.push_back(piece);
      continue;
    }
    ExactTruth::Body body{piece, {}};
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (words[0] == "b" || words[0] == "?") widest = std::max(widest, piece[i].second - piece[i].first);
      body.box[i].first += centre[i];
      body.box[i].second += centre[i];
    }
    if (words[0] == "?") {
      ++open;
    } else if (words[0] == "b") {
      ++found;
      for (std::size_t i = 0; i < piece.size(); ++i) {  // and a little more: a fold may touch the box from outside
        body.box[i].first = std::max(domain[i].first, body.box[i].first - Rational::from_double(0x1p-40));
        body.box[i].second = std::min(domain[i].second, body.box[i].second + Rational::from_double(0x1p-40));
      }
      if (truth_.one_sign(body)) return "a box without a fold";
    } else {
      const std::set<int> signs = truth_.signs(body);
      const int sign = words[0] == "+" ? 1 : words[0] == "-" ? -1 : *signs.begin();
      if (sign == 0 || signs != std::set<int>{sign}) return "a box of another sign";
      (sign > 0 ? above : below).push_back(piece);
    }
  }
  for (const ExactTruth::Box& a : above) {
    for (const ExactTruth::Box& b : below) {
      bool touch = true;
      for (std::size_t i = 0; i < a.size(); ++i)
        touch = touch && a[i].first <= b[i].second && b[i].first <= a[i].second;
      if (touch) return "a fold between two boxes";
    }
  }
  const Words end = words_of(proof.back());
  if (proof_number(end.at(2)) != Rational(found) || proof_number(end.at(6)) != Rational(open)) return "another count";
  return proof_number(end.at(4)) < widest ? "a wider box" : "";
}

}  // namespace foldproof::testing
