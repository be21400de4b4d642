// Claim: with the cells of boxes that hold all of J0, the shape is J0; with some of them, it is a part of J0 that holds
// what was found.
// Proof sketch: a cell is the set of all points of the domain with one activation pattern, so it is convex, and so
// is the common facet of two cells. Boxes see parts of it; the convex hull of these parts lies in it, and is all of
// it once all its parts are there. So pieces are put together by the patterns on their two sides, and a facet's
// corners are the extreme points of its parts, taken exactly. Corners of different facets are one vertex iff their
// exact coordinates are equal.
#include "search/locus_shape.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "number/scalar.h"

namespace foldproof {

namespace {

bool before(const ExactPoint& a, const ExactPoint& b) {
  for (std::size_t i = 0; i < a.inputs(); ++i) {
    if (const int order = ExactPoint::compare(a, b, i); order != 0) return order < 0;
  }
  return false;
}

// Sign of the area of (a, b, c) in the plane of coordinates i, j: a determinant of homogeneous coordinates.
int orientation(const ExactPoint& a, const ExactPoint& b, const ExactPoint& c, std::size_t i, std::size_t j) {
  const std::size_t d = a.inputs();
  Integers work(3);
  fmpz* const sum = work[0];
  const auto add_minor = [&](const ExactPoint& p, const ExactPoint& q, const ExactPoint& r) {
    // p_d (q_i r_j - q_j r_i)
    fmpz_mul(work[1], q.homogeneous()[i], r.homogeneous()[j]);
    fmpz_submul(work[1], q.homogeneous()[j], r.homogeneous()[i]);
    fmpz_addmul(sum, work[1], p.homogeneous()[d]);
  };
  add_minor(a, b, c);
  add_minor(b, c, a);
  add_minor(c, a, b);
  return fmpz_sgn(sum);
}

using Points = std::vector<const ExactPoint*>;

// Corners of the convex hull of points of a plane that is not orthogonal to the plane of coordinates i, j: ascending
// half, then descending half, counterclockwise there.
Points hull(Points points, std::size_t i, std::size_t j) {
  Points chain;
  for (int half = 0; half < 2; ++half) {
    const std::size_t start = chain.size();
    for (const ExactPoint* const p : points) {
      while (chain.size() >= start + 2 && orientation(*chain[chain.size() - 2], *chain.back(), *p, i, j) <= 0) {
        chain.pop_back();
      }
      chain.push_back(p);
    }
    chain.pop_back();
    std::reverse(points.begin(), points.end());
  }
  return chain;
}

// The corners of the convex hull of points of a line (two) or of a plane, in order around it.
Points corners(Points points) {
  std::sort(points.begin(), points.end(), [](const ExactPoint* a, const ExactPoint* b) { return before(*a, *b); });
  points.erase(std::unique(points.begin(), points.end(), [](const auto* a, const auto* b) { return *a == *b; }),
               points.end());
  const std::size_t n = points.front()->inputs();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const bool spread = std::any_of(points.begin(), points.end(), [&](const ExactPoint* p) {
        return orientation(*points.front(), *points.back(), *p, i, j) != 0;
      });
      if (!spread) continue;
      std::sort(points.begin(), points.end(), [&](const ExactPoint* a, const ExactPoint* b) {
        const int order = ExactPoint::compare(*a, *b, i);
        return order != 0 ? order < 0 : ExactPoint::compare(*a, *b, j) < 0;
      });
      return hull(points, i, j);
    }
  }
  return points.size() == 1 ? points : Points{points.front(), points.back()};
}

class Assembly {
 public:
  Assembly(int n, const std::vector<LocusCells>& boxes) : n_(n), boxes_(boxes) {}

  LocusShape shape() {
    gather();
    for (const auto& [sides, parts] : facets_) {
      if (std::max(sides.first, sides.second) < 0) continue;
      const bool flat = sign_of(sides.first) == 0 || sign_of(sides.second) == 0;
      if (flat && n_ < 3) continue;
      const Points found = corners(parts);
      if (found.size() < at(n_)) continue;  // cannot happen: a facet has full dimension
      std::vector<int> face = places(found);
      if (flat) {
        shape_.flats.push_back(std::move(face));
      } else if (n_ == 3) {
        add_triangles(face, sides);
      } else {
        edges_.push_back(std::move(face));
      }
    }
    if (n_ < 3) {
      for (const auto& [cell, parts] : flats_) shape_.flats.push_back(places(corners(parts)));
    }
    if (n_ == 1) shape_.lines = std::move(edges_);
    if (n_ == 2) make_lines();
    put_in_order();
    return std::move(shape_);
  }

 private:
  void gather() {
    for (const LocusCells& box : boxes_) {
      std::vector<int> number;
      for (const LocusCells::Cell& cell : box.cells) {
        const auto [found, fresh] = numbers_.try_emplace(cell.pattern, static_cast<int>(signs_.size()));
        if (fresh) {
          signs_.push_back(cell.sign);
          middles_.emplace_back();
        }
        number.push_back(found->second);
        for (const int v : cell.vertices) flats_[found->second].push_back(&box.points[at(v)]);
      }
      for (const LocusCells::Facet& facet : box.facets) {
        const int positive = facet.positive < 0 ? facet.positive : number[at(facet.positive)];
        const int negative = facet.negative < 0 ? facet.negative : number[at(facet.negative)];
        Points& parts = facets_[{positive, negative}];
        for (const int v : facet.vertices) parts.push_back(&box.points[at(v)]);
        if (n_ == 3 && negative >= 0) middles_[at(positive)] = facet.inside_positive;
      }
    }
  }

  int sign_of(int cell) const { return cell < 0 ? 1 : signs_[at(cell)]; }

  std::vector<int> places(const Points& points) {
    std::vector<int> result;
    for (const ExactPoint* const p : points) result.push_back(place(*p));
    return result;
  }

  int place(const ExactPoint& point) {
    std::size_t hash = 0;
    for (std::size_t i = 0; i < point.homogeneous().size(); ++i) {
      hash = hash * 0x9e3779b97f4a7c15U + fmpz_fdiv_ui(point.homogeneous()[i], 0xffffffffffffffc5U);
    }
    for (auto [i, end] = index_.equal_range(hash); i != end; ++i) {
      if (shape_.points[at(i->second)] == point) return i->second;
    }
    const int index = static_cast<int>(shape_.points.size());
    shape_.points.push_back(point);
    index_.emplace(hash, index);
    return index;
  }

  // A fan; the positive side's middle is above it.
  void add_triangles(std::vector<int>& face, const std::pair<int, int>& sides) {
    std::array<double, 3> p[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t corner = c * face.size() / 3;
      for (std::size_t i = 0; i < 3; ++i) p[c][i] = shape_.points[at(face[corner])][i].nearest_double();
    }
    const std::vector<double>& middle = middles_[at(sides.first)];
    double volume = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
      const double normal = (p[1][j] - p[0][j]) * (p[2][k] - p[0][k]) - (p[1][k] - p[0][k]) * (p[2][j] - p[0][j]);
      volume += normal * (middle[i] - p[0][i]);
    }
    if (volume < 0.0) std::reverse(face.begin(), face.end());
    for (std::size_t c = 2; c < face.size(); ++c) shape_.triangles.push_back({face[0], face[c - 1], face[c]});
  }

  // Edges that go straight on through a vertex of two edges become one; then chains between other vertices, and loops.
  void make_lines() {
    std::vector<std::vector<int>> next(shape_.points.size());
    for (const std::vector<int>& edge : edges_) {
      next[at(edge[0])].push_back(edge[1]);
      next[at(edge[1])].push_back(edge[0]);
    }
    for (std::size_t v = 0; v < next.size(); ++v) {
      if (next[v].size() != 2) continue;
      const int a = next[v][0], b = next[v][1];
      if (orientation(shape_.points[at(a)], shape_.points[v], shape_.points[at(b)], 0, 1) != 0) continue;
      std::replace(next[at(a)].begin(), next[at(a)].end(), static_cast<int>(v), b);
      std::replace(next[at(b)].begin(), next[at(b)].end(), static_cast<int>(v), a);
      next[v].clear();
    }
    std::vector<int> order(next.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return before(shape_.points[at(a)], shape_.points[at(b)]); });
    std::vector<int> rank(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank[at(order[i])] = static_cast<int>(i);
    for (std::vector<int>& ends : next) {
      std::sort(ends.begin(), ends.end(), [&](int a, int b) { return rank[at(a)] < rank[at(b)]; });
    }
    const auto take = [&](int from, int to) {
      auto& a = next[at(from)];
      auto& b = next[at(to)];
      a.erase(std::find(a.begin(), a.end(), to));
      b.erase(std::find(b.begin(), b.end(), from));
    };
    std::vector<char> joint(next.size());
    for (std::size_t v = 0; v < next.size(); ++v) joint[v] = next[v].size() != 2 ? 1 : 0;
    for (const bool loops : {false, true}) {
      for (const int start : order) {
        while (!next[at(start)].empty() && (loops || joint[at(start)] != 0)) {
          std::vector<int> line{start};
          do {
            const int to = next[at(line.back())].front();
            take(line.back(), to);
            line.push_back(to);
          } while (joint[at(line.back())] == 0 && line.back() != start);
          shape_.lines.push_back(std::move(line));
        }
      }
    }
  }

  // Vertices that nothing uses go; the rest is sorted, so that the result does not depend on the order of boxes.
  void put_in_order() {
    std::vector<int> used(shape_.points.size(), 0);
    const auto each = [&](const auto& what) {
      for (auto& line : shape_.lines) what(line);
      for (auto& triangle : shape_.triangles) what(triangle);
      for (auto& flat : shape_.flats) what(flat);
    };
    each([&](auto& indices) {
      for (const int v : indices) used[at(v)] = 1;
    });
    std::vector<int> order;
    for (std::size_t v = 0; v < used.size(); ++v) {
      if (used[v] != 0) order.push_back(static_cast<int>(v));
    }
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return before(shape_.points[at(a)], shape_.points[at(b)]); });
    std::vector<int> place(used.size(), -1);
    std::vector<ExactPoint> sorted;
    for (const int v : order) {
      place[at(v)] = static_cast<int>(sorted.size());
      sorted.push_back(std::move(shape_.points[at(v)]));
    }
    shape_.points = std::move(sorted);
    each([&](auto& indices) {
      for (int& v : indices) v = place[at(v)];
    });
    for (auto& triangle : shape_.triangles) {
      std::rotate(triangle.begin(), std::min_element(triangle.begin(), triangle.end()), triangle.end());
    }
    for (auto& flat : shape_.flats) std::rotate(flat.begin(), std::min_element(flat.begin(), flat.end()), flat.end());
    std::sort(shape_.lines.begin(), shape_.lines.end());
    std::sort(shape_.triangles.begin(), shape_.triangles.end());
    std::sort(shape_.flats.begin(), shape_.flats.end());
  }

  int n_;
  const std::vector<LocusCells>& boxes_;
  LocusShape shape_;
  std::unordered_map<std::string, int> numbers_;  // of the cells, by pattern
  std::vector<int> signs_;
  std::vector<std::vector<double>> middles_;      // n = 3: a point of the cell
  std::map<std::pair<int, int>, Points> facets_;  // by the cells on both sides
  std::map<int, Points> flats_;
  std::vector<std::vector<int>> edges_;
  std::unordered_multimap<std::size_t, int> index_;
};

}  // namespace

LocusShape shape_of(int n, const std::vector<LocusCells>& boxes) { return Assembly(n, boxes).shape(); }

}  // namespace foldproof
