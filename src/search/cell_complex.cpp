// Claim: after all neurons are cut, faces_[n] are the closures of the full-dimensional cells of the box, and
// faces_[n-1] their facets, each in at most two cells.
// Proof sketch: a pre-activation is a continuous function, affine on every face of the complex cut by the neurons
// before it, and the same seen from either side. So its sign at a vertex belongs to the vertex, not to a cell: a face
// is cut iff some of its vertices are positive and some negative, an edge at one new vertex, and the complex stays
// face to face, however many hinges meet and wherever they coincide. A neuron that vanishes on a whole cell is
// inactive there. All that is needed are signs at vertices. They come from doubles with proved errors; where those do
// not tell, from the exact vertex, which is found along the edge it lies on.
#include "search/cell_complex.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "number/rounding.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr char some_positive = 1, some_negative = 2, both = 3;

// Vertices whose doubles are less certain than this, relative to the box, are taken exactly.
constexpr double tolerable_distance = 0x1p-36;

bool bit(const std::string& bits, int j) { return (bits[at(j / 8)] >> (j % 8) & 1) != 0; }
void set_bit(std::string& bits, int j) { bits[at(j / 8)] = static_cast<char>(bits[at(j / 8)] | 1 << (j % 8)); }

}  // namespace

CellComplex::CellComplex(const CellBox& given)
    : given_(given),
      network_(*given.network),
      n_(given.box->size()),
      faces_(at(n_ + 1)),
      live_(at(n_ + 1)),
      hinge_on_face_(at(2 * n_), 0) {
  make_box();
}

// The faces of a cube: each axis is at its lower end, at its upper end, or free.
void CellComplex::make_box() {
  std::map<std::vector<int>, int> index;  // 0 lower, 1 upper, 2 free
  std::vector<int> kind(at(n_), 0);
  std::vector<std::vector<int>> all;
  for (int code = 0, count = static_cast<int>(std::pow(3, n_) + 0.5); code < count; ++code) {
    for (int i = 0, rest = code; i < n_; ++i, rest /= 3) kind[at(i)] = rest % 3;
    all.push_back(kind);
  }
  const auto free_axes = [](const std::vector<int>& k) { return std::count(k.begin(), k.end(), 2); };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return free_axes(a) < free_axes(b); });
  for (const std::vector<int>& k : all) {
    const auto dimension = static_cast<std::size_t>(free_axes(k));
    int origin = inside;
    for (int i = 0; i < n_; ++i) {
      if (dimension + 1 == at(n_) && k[at(i)] != 2) origin = 2 * i + k[at(i)];
    }
    if (dimension == 0) {
      Vertex vertex;
      for (int i = 0; i < n_; ++i) {
        const double u = k[at(i)] == 0 ? given_.box->lower[at(i)] : given_.box->upper[at(i)];
        vertex.u.push_back(u);
        vertex.distance = std::max(vertex.distance, 0x1p-51 * std::abs(u) + underflow);
        vertex.neuron |= k[at(i)] << i;
      }
      index[k] = static_cast<int>(vertices_.size());
      vertices_.push_back(std::move(vertex));
      vertex_origin_.push_back(n_ == 1 ? origin : inside);
      evaluate(index[k]);
      continue;
    }
    Face face;
    face.origin = origin;
    for (int i = 0; i < n_; ++i) {
      if (k[at(i)] != 2) continue;
      for (const int end : {0, 1}) {
        std::vector<int> sub = k;
        sub[at(i)] = end;
        face.sub.push_back(index.at(sub));
      }
    }
    if (dimension == at(n_)) face.pattern.assign(at(network_.neurons() / 8 + 1), 0);
    index[k] = static_cast<int>(faces_[dimension].size());
    live_[dimension].push_back(index[k]);
    faces_[dimension].push_back(std::move(face));
  }
}

void CellComplex::evaluate(int vertex) {
  const std::size_t k = at(network_.neurons());
  value_.resize((at(vertex) + 1) * k);
  error_.resize((at(vertex) + 1) * k);
  const Vertex& v = vertices_[at(vertex)];
  network_.values_near(v.u.data(), v.distance, value_.data() + at(vertex) * k, error_.data() + at(vertex) * k);
}

CellComplex::Exact& CellComplex::exact(int vertex) {
  if (exact_.size() <= at(vertex)) exact_.resize(vertices_.size());
  if (!exact_[at(vertex)]) {
    const Vertex& v = vertices_[at(vertex)];
    ExactPoint point;
    if (v.a < 0) {
      std::vector<Rational> x;
      for (int i = 0; i < n_; ++i)
        x.push_back((v.neuron >> i & 1) == 0 ? (*given_.lower)[at(i)] : (*given_.upper)[at(i)]);
      point = ExactPoint(x);
    } else {
      Exact& a = exact(v.a);
      Exact& b = exact(v.b);
      point = IntegerNetwork::zero_between(a.point, a.values, b.point, b.values, network_.original(v.neuron));
    }
    exact_[at(vertex)] = std::make_unique<Exact>(*given_.exact, std::move(point));
  }
  return *exact_[at(vertex)];
}

int CellComplex::sign_at(int vertex, int neuron) {
  const std::size_t place = at(vertex) * at(network_.neurons()) + at(neuron);
  if (std::abs(value_[place]) > error_[place]) return value_[place] > 0.0 ? 1 : -1;
  return exact(vertex).values.sign(network_.original(neuron));
}

// t = |z_a| / (|z_a| + |z_b|) along the edge.
int CellComplex::vertex_between(int a, int b, int neuron) {
  Vertex v;
  v.a = a;
  v.b = b;
  v.neuron = neuron;
  const Vertex& from = vertices_[at(a)];
  const Vertex& to = vertices_[at(b)];
  const std::size_t k = at(network_.neurons());
  const double z_a = std::abs(value_[at(a) * k + at(neuron)]), e_a = error_[at(a) * k + at(neuron)];
  const double z_b = std::abs(value_[at(b) * k + at(neuron)]), e_b = error_[at(b) * k + at(neuron)];
  const double t = z_a / (z_a + z_b);
  const double least = std::max(0.0, z_a - e_a) / (std::max(0.0, z_a - e_a) + (z_b + e_b));
  const double most = (z_a + e_a) / ((z_a + e_a) + std::max(0.0, z_b - e_b));
  const double t_error = std::max(most - t, t - least) + 0x1p-50;
  double size = 0.0, length = 0.0, width = 0.0;
  for (std::size_t i = 0; i < at(n_); ++i) {
    v.u.push_back(from.u[i] + t * (to.u[i] - from.u[i]));
    size = std::max(size, std::abs(from.u[i]) + std::abs(to.u[i]));
    length = std::max(length, std::abs(to.u[i] - from.u[i]));
    width = std::max(width, given_.box->width(static_cast<int>(i)));
  }
  const double ends = std::max(from.distance, to.distance);
  v.distance = (t_error * (length + from.distance + to.distance) + ends + 0x1p-50 * size) * slack + underflow;
  const bool certain = v.distance <= tolerable_distance * width;
  const int index = static_cast<int>(vertices_.size());
  vertices_.push_back(std::move(v));
  vertex_origin_.push_back(inside);
  if (!certain) {
    const ExactPoint& point = exact(index).point;
    Vertex& vertex = vertices_[at(index)];
    vertex.distance = 0.0;
    for (std::size_t i = 0; i < at(n_); ++i) {
      vertex.u[i] = (point[i] - (*given_.centre)[i]).nearest_double();
      vertex.distance = std::max(vertex.distance, 0x1p-52 * std::abs(vertex.u[i]) + underflow);
    }
  }
  evaluate(index);
  return index;
}

char CellComplex::side_of(int dimension, int face) const {
  return dimension == 0 ? vertex_side_[at(face)] : faces_[at(dimension)][at(face)].side;
}

void CellComplex::cut_face(int dimension, int face, int neuron) {
  std::vector<Face>& faces = faces_[at(dimension)];
  Face halves[2];  // positive, negative
  for (Face& half : halves) {
    half.origin = faces[at(face)].origin;
    half.pattern = faces[at(face)].pattern;
  }
  int zero = -1;
  if (dimension == 1) {
    const std::vector<int> ends = faces[at(face)].sub;
    zero = vertex_between(ends[0], ends[1], neuron);
    vertex_side_.push_back(0);
    const bool first_positive = vertex_side_[at(ends[0])] == some_positive;
    halves[first_positive ? 0 : 1].sub = {ends[0], zero};
    halves[first_positive ? 1 : 0].sub = {zero, ends[1]};
  } else {
    Face cut;
    for (const int sub : faces[at(face)].sub) {
      const Face& part = faces_[at(dimension - 1)][at(sub)];
      if (part.side == both) {
        halves[0].sub.push_back(part.positive);
        halves[1].sub.push_back(part.negative);
        cut.sub.push_back(part.zero);
        continue;
      }
      halves[part.side == some_positive ? 0 : 1].sub.push_back(sub);
      for (const int below : part.sub) {
        const bool known = std::find(cut.sub.begin(), cut.sub.end(), below) != cut.sub.end();
        if (side_of(dimension - 2, below) == 0 && !known) cut.sub.push_back(below);
      }
    }
    zero = static_cast<int>(faces_[at(dimension - 1)].size());
    faces_[at(dimension - 1)].push_back(std::move(cut));
    live_[at(dimension - 1)].push_back(zero);
    halves[0].sub.push_back(zero);
    halves[1].sub.push_back(zero);
  }
  if (dimension == n_) set_bit(halves[0].pattern, neuron);
  const int first = static_cast<int>(faces.size());
  faces[at(face)].positive = first;
  faces[at(face)].negative = first + 1;
  faces[at(face)].zero = zero;
  for (Face& half : halves) faces.push_back(std::move(half));
}

void CellComplex::cut(int neuron) {
  vertex_side_.resize(vertices_.size());
  for (std::size_t v = 0; v < vertices_.size(); ++v) {
    const int sign = sign_at(static_cast<int>(v), neuron);
    vertex_side_[v] = sign > 0 ? some_positive : sign < 0 ? some_negative : char{0};
  }
  if (n_ == 1) {
    for (std::size_t v = 0; v < 2; ++v) {
      if (vertex_side_[v] == 0) hinge_on_face_[at(vertex_origin_[v])] = 1;
    }
  }
  for (int dimension = 1; dimension <= n_; ++dimension) {
    std::vector<int> whole;  // stay as they are
    std::vector<int> before = std::move(live_[at(dimension)]);
    live_[at(dimension)].clear();
    for (const int face : before) {
      char side = 0;
      for (const int sub : faces_[at(dimension)][at(face)].sub) {
        side = static_cast<char>(side | side_of(dimension - 1, sub));
      }
      faces_[at(dimension)][at(face)].side = side;
      if (side != both) {
        Face& uncut = faces_[at(dimension)][at(face)];
        if (dimension == n_ && side == some_positive) set_bit(uncut.pattern, neuron);
        if (dimension + 1 == n_ && side == 0 && uncut.origin != inside) hinge_on_face_[at(uncut.origin)] = 1;
        whole.push_back(face);
        continue;
      }
      cut_face(dimension, face, neuron);
      whole.push_back(faces_[at(dimension)][at(face)].positive);
      whole.push_back(faces_[at(dimension)][at(face)].negative);
    }
    live_[at(dimension)].insert(live_[at(dimension)].end(), whole.begin(), whole.end());
  }
}

std::vector<int> CellComplex::vertices_of(int dimension, int face) const {
  std::vector<int> result{face};
  for (int d = dimension; d > 0; --d) {
    std::vector<int> below;
    for (const int f : result) {
      const std::vector<int>& sub = faces_[at(d)][at(f)].sub;
      below.insert(below.end(), sub.begin(), sub.end());
    }
    std::sort(below.begin(), below.end());
    below.erase(std::unique(below.begin(), below.end()), below.end());
    result = std::move(below);
  }
  return result;
}

std::string CellComplex::full_pattern(const Face& cell) const {
  std::string pattern = *given_.pattern;
  for (int j = 0; j < network_.neurons(); ++j) {
    if (bit(cell.pattern, j)) set_bit(pattern, network_.original(j));
  }
  return pattern;
}

int CellComplex::determinant_sign(const Face& cell, Bounder& bounder, CubeTest& test) const {
  std::vector<SlopeRange> range;
  for (int j = 0; j < network_.neurons(); ++j) {
    range.push_back(slope_range(bit(cell.pattern, j) ? Phase::active : Phase::inactive));
  }
  SlopeMatrices slopes;
  bounder.slopes(network_, range, slopes);
  if (const CubeResult result = test.run(slopes, 1); result.sign != 0) return result.sign;
  const std::string pattern = full_pattern(cell);
  std::vector<char> active;
  for (int j = 0; j < given_.exact->neurons(); ++j) active.push_back(bit(pattern, j) ? 1 : 0);
  return given_.exact->determinant_sign(active);
}

LocusCells CellComplex::locus(Bounder& bounder, CubeTest& test, const std::vector<char>& domain_face) {
  LocusCells result;
  const std::vector<int>& cells = live_[at(n_)];
  result.cell_count = cells.size();
  // The cells on either side of each facet, with their signs.
  const std::size_t facet_count = n_ == 1 ? vertices_.size() : faces_[at(n_ - 1)].size();
  std::vector<std::array<int, 2>> sides(facet_count, {-1, -1});
  std::vector<int> sign(faces_[at(n_)].size(), 0), place(faces_[at(n_)].size(), -1);
  for (const int cell : cells) {
    sign[at(cell)] = determinant_sign(faces_[at(n_)][at(cell)], bounder, test);
    for (const int facet : faces_[at(n_)][at(cell)].sub) sides[at(facet)][sides[at(facet)][0] < 0 ? 0 : 1] = cell;
  }
  std::vector<int> point_of(vertices_.size(), -1);
  const auto points = [&](std::vector<int> vertices) {
    for (int& v : vertices) {
      if (point_of[at(v)] < 0) {
        point_of[at(v)] = static_cast<int>(result.points.size());
        result.points.push_back(exact(v).point);
        result.approximate.push_back(vertices_[at(v)].u);
      }
      v = point_of[at(v)];
    }
    return vertices;
  };
  const auto middle_of = [&](int cell) {
    const std::vector<int> corners = vertices_of(n_, cell);
    std::vector<double> middle;
    for (std::size_t i = 0; i < at(n_); ++i) {
      double sum = 0.0;
      for (const int v : corners) sum += vertices_[at(v)].u[i];
      middle.push_back(sum / static_cast<double>(corners.size()) + (*given_.centre)[i].nearest_double());
    }
    return middle;
  };
  const auto cell_index = [&](int cell) {
    if (place[at(cell)] < 0) {
      place[at(cell)] = static_cast<int>(result.cells.size());
      result.cells.push_back({full_pattern(faces_[at(n_)][at(cell)]), sign[at(cell)], {}});
      if (sign[at(cell)] == 0) result.cells.back().vertices = points(vertices_of(n_, cell));
    }
    return place[at(cell)];
  };
  for (const int cell : cells) {
    if (sign[at(cell)] == 0) cell_index(cell);
  }
  for (std::size_t facet = 0; facet < facet_count; ++facet) {
    auto [a, b] = sides[facet];
    if (a < 0) continue;
    const int origin = n_ == 1 ? vertex_origin_[facet] : faces_[at(n_ - 1)][facet].origin;
    const int sign_a = sign[at(a)];
    const int sign_b = b < 0 ? sign_a : sign[at(b)];
    const bool edge_of_flat = b < 0 && sign_a == 0 && origin != inside && domain_face[at(origin)] != 0;
    if (sign_a == sign_b && !edge_of_flat) continue;
    if (b >= 0 && sign_a < sign_b) std::swap(a, b);
    LocusCells::Facet found;
    found.positive = cell_index(a);
    found.negative = b < 0 ? -1 - origin : cell_index(b);
    if (n_ == 3) found.inside_positive = middle_of(a);
    found.vertices = points(vertices_of(n_ - 1, static_cast<int>(facet)));
    result.facets.push_back(std::move(found));
  }
  return result;
}

}  // namespace foldproof
