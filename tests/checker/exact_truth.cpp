#include "exact_truth.h"

#include <algorithm>
#include <bitset>
#include <sstream>
#include <stdexcept>

#include "proof_text.h"

namespace foldproof::testing {

namespace {

using Point = std::vector<Rational>;
using Affine = ExactTruth::Affine;
using Tight = std::bitset<256>;

struct Vertex {
  Point at;
  Tight tight;
};

struct Polytope {
  std::vector<Vertex> vertices;
  std::size_t constraints = 0;

  /// Where a function with these values at the vertices, affine on it, is >= 0 (side 1), <= 0 (-1) or = 0 (0).
  /// An edge is a pair of vertices whose common constraints no third vertex shares.
  Polytope part(const std::vector<Rational>& value, int side) const {
    if (constraints >= Tight().size()) throw std::length_error("more constraints than this brute force can hold");
    Polytope result{{}, constraints + 1};
    for (std::size_t i = 0; i < vertices.size(); ++i) {
      const int sign = value[i].sign();
      if (sign != 0 && sign != side) continue;
      result.vertices.push_back(vertices[i]);
      if (sign == 0) result.vertices.back().tight.set(constraints);
    }
    for (std::size_t i = 0; i < vertices.size(); ++i) {
      if (value[i].sign() <= 0) continue;
      for (std::size_t j = 0; j < vertices.size(); ++j) {
        if (value[j].sign() >= 0 || !edge(i, j)) continue;
        const Rational t = value[i] / (value[i] - value[j]);
        Vertex vertex{vertices[i].at, vertices[i].tight & vertices[j].tight};
        for (std::size_t c = 0; c < vertex.at.size(); ++c) {
          vertex.at[c].add_product(t, vertices[j].at[c] - vertices[i].at[c]);
        }
        vertex.tight.set(constraints);
        result.vertices.push_back(std::move(vertex));
      }
    }
    return result;
  }

 private:
  bool edge(std::size_t i, std::size_t j) const {
    const Tight common = vertices[i].tight & vertices[j].tight;
    if (common.count() + 1 < vertices[i].at.size()) return false;
    for (std::size_t k = 0; k < vertices.size(); ++k) {
      if (k != i && k != j && (vertices[k].tight & common) == common) return false;
    }
    return true;
  }
};

Polytope polytope_of(const ExactTruth::Box& box) {
  Polytope result{{}, 2 * box.size()};
  for (std::size_t corner = 0; corner < std::size_t{1} << box.size(); ++corner) {
    Vertex vertex;
    for (std::size_t i = 0; i < box.size(); ++i) {
      const bool high = (corner >> i & 1U) != 0;
      vertex.at.push_back(high ? box[i].second : box[i].first);
      vertex.tight.set(2 * i + (high ? 1 : 0));
    }
    result.vertices.push_back(std::move(vertex));
  }
  return result;
}

Polytope product(const Polytope& p, const Polytope& q) {
  Polytope result{{}, p.constraints + q.constraints};
  if (result.constraints >= Tight().size()) throw std::length_error("more constraints than this brute force can hold");
  for (const Vertex& x : p.vertices) {
    for (const Vertex& y : q.vertices) {
      Vertex vertex{x.at, x.tight | y.tight << p.constraints};
      vertex.at.insert(vertex.at.end(), y.at.begin(), y.at.end());
      result.vertices.push_back(std::move(vertex));
    }
  }
  return result;
}

Rational value_at(const Affine& row, const Rational* x) {
  Rational sum = row.back();
  for (std::size_t i = 0; i + 1 < row.size(); ++i) sum.add_product(row[i], x[i]);
  return sum;
}

Rational parsed(const std::string& text) {
  const auto value = Rational::parse(text);
  if (!value) throw std::invalid_argument("'" + text + "' is not a number");
  return *value;
}

}  // namespace

Rational proof_number(const std::string& text) {
  const std::size_t mark = text.find('b');
  return mark == std::string::npos ? parsed(text)
                                   : parsed(text.substr(0, mark)).times_power_of_two(std::stol(text.substr(mark + 1)));
}

ExactTruth::ExactTruth(const std::string& weights) {
  std::istringstream in(weights);
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = words_of(line);
    if (words.at(0) == "inputs") n_ = std::stoul(words.at(1));
    if (words[0] != "relu" && words[0] != "output") continue;
    Row row{proof_number(words.at(1)), {}};
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t colon = words[i].find(':');
      row.terms.emplace_back(std::stoul(words[i].substr(0, colon)), proof_number(words[i].substr(colon + 1)));
    }
    (words[0] == "relu" ? neurons_ : outputs_).push_back(std::move(row));
  }
}

// A piece: where it is, f on it, and the box that holds its image.
struct ExactTruth::Cell {
  Polytope where;
  std::vector<Affine> f;
  Box image;

  RationalMatrix jacobian() const {
    const int columns = static_cast<int>(f[0].size()) - 1;
    RationalMatrix result(static_cast<int>(f.size()), columns);
    for (int o = 0; o < result.rows(); ++o) {
      for (int i = 0; i < columns; ++i) result.set(o, i, f[static_cast<std::size_t>(o)][static_cast<std::size_t>(i)]);
    }
    return result;
  }
};

class ExactTruth::Cutter {
 public:
  Cutter(const ExactTruth& network, const Box& box) : network_(network) {
    for (std::size_t i = 0; i < network.n_; ++i) {
      variables_.emplace_back(network.n_ + 1);
      variables_.back()[i] = Rational(1);
    }
    decide(polytope_of(box));
  }
  std::vector<Cell> cells;

 private:
  Affine composed(const Row& row) const {
    Affine sum(network_.n_ + 1);
    sum.back() = row.constant;
    for (const auto& [variable, coefficient] : row.terms) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i].add_product(coefficient, variables_.at(variable)[i]);
    }
    return sum;
  }

  // The next neuron, on a piece where all earlier ones are decided.
  void decide(const Polytope& piece) {
    const std::size_t j = variables_.size() - network_.n_;
    if (j == network_.neurons_.size()) return finish(piece);
    const Affine z = composed(network_.neurons_[j]);
    std::vector<Rational> value;
    for (const Vertex& vertex : piece.vertices) value.push_back(value_at(z, vertex.at.data()));
    const bool above = std::any_of(value.begin(), value.end(), [](const Rational& v) { return v.sign() > 0; });
    const bool below = std::any_of(value.begin(), value.end(), [](const Rational& v) { return v.sign() < 0; });
    for (const bool active : {true, false}) {
      if (active ? !above : above && !below) continue;
      variables_.push_back(active ? z : Affine(z.size()));
      decide(above && below ? piece.part(value, active ? 1 : -1) : piece);
      variables_.pop_back();
    }
  }

  void finish(const Polytope& piece) {
    Cell cell{piece, {}, {}};
    for (const Row& row : network_.outputs_) {
      cell.f.push_back(composed(row));
      std::vector<Rational> values;
      for (const Vertex& vertex : piece.vertices) values.push_back(value_at(cell.f.back(), vertex.at.data()));
      cell.image.emplace_back(*std::min_element(values.begin(), values.end()),
                              *std::max_element(values.begin(), values.end()));
    }
    cells.push_back(std::move(cell));
  }

  const ExactTruth& network_;
  std::vector<Affine> variables_;
};

bool ExactTruth::injective(const Box& box) const {
  const std::vector<Cell> cells = Cutter(*this, box).cells;
  for (const Cell& cell : cells) {
    if (cell.jacobian().null_vector()) return false;
  }
  for (std::size_t a = 0; a < cells.size(); ++a) {
    for (std::size_t b = a + 1; b < cells.size(); ++b) {
      const Cell &p = cells[a], &q = cells[b];
      bool apart = false;
      for (std::size_t o = 0; o < p.image.size(); ++o) {
        apart = apart || p.image[o].second < q.image[o].first || q.image[o].second < p.image[o].first;
      }
      if (apart) continue;
      Polytope pairs = product(p.where, q.where);
      for (std::size_t o = 0; o < p.f.size(); ++o) {
        std::vector<Rational> difference;
        for (const Vertex& v : pairs.vertices) {
          difference.push_back(value_at(p.f[o], v.at.data()) - value_at(q.f[o], v.at.data() + n_));
        }
        pairs = pairs.part(difference, 0);
      }
      for (const Vertex& v : pairs.vertices) {
        if (!std::equal(v.at.begin(), v.at.begin() + static_cast<std::ptrdiff_t>(n_),
                        v.at.begin() + static_cast<std::ptrdiff_t>(n_))) {
          return false;
        }
      }
    }
  }
  return true;
}

bool ExactTruth::one_sign(const Box& box) const {
  int sign = 0;
  for (const Cell& cell : Cutter(*this, box).cells) {
    const int own = cell.jacobian().determinant().sign();
    if (own == 0 || own == -sign) return false;
    sign = own;
  }
  return true;
}

std::string Judge::false_claim(const std::string& statement) {
  std::istringstream in(statement);
  std::map<std::string, std::vector<std::string>> said;
  std::string place;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> words = words_of(line);
    if (words.at(0) == "center" || words[0] == "domain") place += line + '\n';
    const std::string name = words[0];
    const bool is_new = said.emplace(name, std::move(words)).second;
    if (!is_new && name != "x" && name != "y") return "two lines '" + name + "'";  // there may be several collisions
  }
  if (said["network"].at(1) != sha256_) return "another network";
  if (said["norm"].at(1) != "linf") return said["norm"][1] == "l1" || said["norm"][1] == "l2" ? "" : "another norm";
  ExactTruth::Box domain;
  for (std::size_t i = 1; i < said["domain"].size(); ++i) {
    const std::string& side = said["domain"][i];
    const std::size_t colon = side.find(':');
    domain.emplace_back(proof_number(side.substr(0, colon)), proof_number(side.substr(colon + 1)));
    if (!(domain.back().first < domain.back().second)) return "an empty domain";
  }
  if (!domain.empty() && domain.size() != truth_.inputs()) return "a domain of another dimension";
  const std::vector<std::string>& end = said["end"];
  if (said["question"].at(1) == "injective") {
    if (domain.empty()) return "a question without its box";
    if (end.at(1) != "proved" && end[1] != "refuted") return end[1] == "open" ? "" : "no verdict";
    return truth_.injective(domain) == (end[1] == "proved") ? "" : end[1];
  }
  if (said["question"][1] != "radius") return "another question";
  Point centre;
  for (std::size_t i = 1; i < said["center"].size(); ++i) centre.push_back(proof_number(said["center"][i]));
  if (centre.size() != truth_.inputs()) return "a centre of another dimension";
  for (std::size_t i = 0; i < domain.size(); ++i) {
    if (centre[i] < domain[i].first || centre[i] > domain[i].second) return "a centre outside the domain";
  }
  const auto holds = [&](Threshold& known, const Rational& r, bool (ExactTruth::*claim)(const ExactTruth::Box&) const) {
    if (r <= known.holds) return true;
    if (known.fails && r >= *known.fails) return false;
    ExactTruth::Box ball;
    for (std::size_t i = 0; i < centre.size(); ++i) {
      ball.emplace_back(centre[i] - r, centre[i] + r);
      if (domain.empty()) continue;
      ball[i] = {std::max(ball[i].first, domain[i].first), std::min(ball[i].second, domain[i].second)};
    }
    const bool yes = (truth_.*claim)(ball);
    if (yes) {
      known.holds = r;
    } else {
      known.fails = r;
    }
    return yes;
  };
  Known& known = known_[place];
  const bool square = truth_.inputs() == truth_.outputs();
  const Rational lower = proof_number(end.at(2)), local = proof_number(end.at(4));
  if (lower.sign() < 0 || !holds(known.injective, lower, &ExactTruth::injective)) return "lower " + end[2];
  if (local.sign() < 0 || !(square ? holds(known.one_sign, local, &ExactTruth::one_sign)
                                   : holds(known.injective, local, &ExactTruth::injective))) {
    return "local " + end[4];
  }
  if (end.at(6) == "none") return "";
  // At 0 every ball holds a collision: a ball that no hinge beside the centre can reach speaks for all of them.
  const Rational upper = proof_number(end[6]);
  const Rational ball = upper.is_zero() ? Rational(1).times_power_of_two(-200) : upper;
  return ball.sign() < 0 || holds(known.injective, ball, &ExactTruth::injective) ? "upper " + end[6] : "";
}

}  // namespace foldproof::testing
