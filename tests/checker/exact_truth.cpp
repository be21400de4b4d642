#include "exact_truth.h"

#include <algorithm>
#include <bitset>
#include <sstream>
#include <stdexcept>

#include "proof_text.h"

namespace foldproof::testing {

namespace {

using Affine = ExactTruth::Affine;
using Point = ExactTruth::Point;
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

std::vector<Rational> values(const Affine& row, const Polytope& at) {
  std::vector<Rational> result;
  for (const Vertex& vertex : at.vertices) result.push_back(value_at(row, vertex.at.data()));
  return result;
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

ExactTruth::ExactTruth(const std::string& weights, const std::string& second) {
  read(weights);
  m_ = outputs_.size();
  if (!second.empty()) read(second);
}

void ExactTruth::read(const std::string& weights) {
  std::istringstream in(weights);
  const std::size_t before = neurons_.size();
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = words_of(line);
    if (words.at(0) == "inputs") n_ = std::stoul(words.at(1));
    if (words[0] != "relu" && words[0] != "output") continue;
    Row row{proof_number(words.at(1)), {}};
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t colon = words[i].find(':'), variable = std::stoul(words[i].substr(0, colon));
      row.terms.emplace_back(variable < n_ ? variable : variable + before, proof_number(words[i].substr(colon + 1)));
    }
    (words[0] == "relu" ? neurons_ : outputs_).push_back(std::move(row));
  }
}

Point ExactTruth::value(const Point& x) const {
  Point variables = x, result;
  const auto sum = [&](const Row& row) {
    Rational total = row.constant;
    for (const auto& [variable, coefficient] : row.terms) total.add_product(coefficient, variables.at(variable));
    return total;
  };
  for (const Row& row : neurons_) variables.push_back(std::max(Rational(0), sum(row)));
  for (std::size_t o = 0; o < m_; ++o) result.push_back(sum(outputs_[o]));
  return result;
}

// A piece: where it is, f on it, and the box that holds its image.
struct ExactTruth::Cell {
  std::size_t m;
  Polytope where;
  std::vector<Affine> f;
  Box image;

  /// The vertices of the set of its points with this image.
  std::vector<Point> fibre(const Point& value) const {
    Polytope part = where;
    for (std::size_t o = 0; o < value.size(); ++o) {
      std::vector<Rational> difference = values(f[o], part);
      for (Rational& d : difference) d -= value[o];
      part = part.part(difference, 0);
    }
    std::vector<Point> result;
    for (const Vertex& vertex : part.vertices) result.push_back(vertex.at);
    return result;
  }

  RationalMatrix jacobian() const {
    const int columns = static_cast<int>(f[0].size()) - 1;
    RationalMatrix result(static_cast<int>(m), columns);
    for (int o = 0; o < result.rows(); ++o) {
      for (int i = 0; i < columns; ++i) result.set(o, i, f[static_cast<std::size_t>(o)][static_cast<std::size_t>(i)]);
    }
    return result;
  }
};

class ExactTruth::Cutter {
 public:
  Cutter(const ExactTruth& network, const Body& body) : network_(network) {
    for (std::size_t i = 0; i < network.n_; ++i) {
      variables_.emplace_back(network.n_ + 1);
      variables_.back()[i] = Rational(1);
    }
    Polytope piece = polytope_of(body.box);
    for (const Affine& cut : body.cuts) piece = piece.part(values(cut, piece), 1);
    decide(piece);
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
    const std::vector<Rational> value = values(z, piece);
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
    Cell cell{network_.m_, piece, {}, {}};
    for (const Row& row : network_.outputs_) {
      cell.f.push_back(composed(row));
      const std::vector<Rational> taken = values(cell.f.back(), piece);
      cell.image.emplace_back(*std::min_element(taken.begin(), taken.end()),
                              *std::max_element(taken.begin(), taken.end()));
    }
    cells.push_back(std::move(cell));
  }

  const ExactTruth& network_;
  std::vector<Affine> variables_;
};

/// All pairs (x, y) of cells P, Q (P = Q, too, if also_itself) with equal images, x from P and y from Q, are allowed at
/// the vertices of their polytope.
bool ExactTruth::apart(const Body& body, bool also_itself,
                       const std::function<bool(const Cell&, const Cell&, const Rational*)>& allowed) const {
  const std::vector<Cell> cells = Cutter(*this, body).cells;
  for (std::size_t a = 0; a < cells.size(); ++a) {
    for (std::size_t b = also_itself ? a : a + 1; b < cells.size(); ++b) {
      const Cell &p = cells[a], &q = cells[b];
      bool separate = false;
      for (std::size_t o = 0; o < m_; ++o) {
        separate = separate || p.image[o].second < q.image[o].first || q.image[o].second < p.image[o].first;
      }
      if (separate) continue;
      Polytope pairs = product(p.where, q.where);
      for (std::size_t o = 0; o < m_; ++o) {
        std::vector<Rational> difference;
        for (const Vertex& v : pairs.vertices) {
          difference.push_back(value_at(p.f[o], v.at.data()) - value_at(q.f[o], v.at.data() + n_));
        }
        pairs = pairs.part(difference, 0);
      }
      for (const Vertex& v : pairs.vertices) {
        if (!allowed(p, q, v.at.data())) return false;
      }
    }
  }
  return true;
}

bool ExactTruth::injective(const Body& body) const {
  for (const Cell& cell : Cutter(*this, body).cells) {
    if (m_ < n_ || cell.jacobian().null_vector()) return false;
  }
  return apart(body, false,
               [&](const Cell&, const Cell&, const Rational* pair) { return std::equal(pair, pair + n_, pair + n_); });
}

bool ExactTruth::factors(const Body& body) const {
  return apart(body, true, [&](const Cell& p, const Cell& q, const Rational* pair) {
    bool equal = true;
    for (std::size_t o = m_; o < outputs_.size(); ++o)
      equal = equal && value_at(p.f[o], pair) == value_at(q.f[o], pair + n_);
    return equal;
  });
}

std::set<int> ExactTruth::signs(const Body& body) const {
  std::set<int> result;
  for (const Cell& cell : Cutter(*this, body).cells) result.insert(cell.jacobian().determinant().sign());
  return result;
}

bool ExactTruth::one_sign(const Body& body) const {
  const std::set<int> all = signs(body);
  return all.size() == 1 && *all.begin() != 0;
}

bool ExactTruth::alone(const Body& body, const Point& at) const {
  const Point image = value(at);
  for (const Cell& cell : Cutter(*this, body).cells) {
    for (const Point& x : cell.fibre(image)) {
      if (x != at) return false;
    }
  }
  return true;
}

bool ExactTruth::joined(const Point& x, const Point& y, const Point& image) const {
  for (const Rational& t : {parsed("1/2"), parsed("1/3"), parsed("5/7"), parsed("1/64"), parsed("63/64")}) {
    Point between = x;
    for (std::size_t i = 0; i < n_; ++i) between[i].add_product(t, y[i] - x[i]);
    if (value(between) != image) return false;
  }
  return true;
}

bool ExactTruth::complete(const Box& box, const Point& image, const Fibre& listed) const {
  for (const Cell& cell : Cutter(*this, {box, {}}).cells) {
    const std::vector<Point> corners = cell.fibre(image);
    const bool one = std::all_of(corners.begin(), corners.end(), [&](const Point& x) { return x == corners[0]; });
    if (one && (corners.empty() || std::count(listed.points.begin(), listed.points.end(), corners[0]) > 0)) {
      continue;
    }
    const auto holds = [&](const std::pair<Point, Point>& flat) {
      return std::all_of(corners.begin(), corners.end(),
                         [&](const Point& x) { return joined(x, flat.first, image) && joined(x, flat.second, image); });
    };
    if (!std::any_of(listed.flats.begin(), listed.flats.end(), holds)) return false;
  }
  return true;
}

}  // namespace foldproof::testing
