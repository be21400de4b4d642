// The linear cells of a small box, exactly, and what they say of J0 (Cui et al. 2023, eq. (9)): the closures of
// cells with opposite or zero signs of det J.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bounds/region_network.h"
#include "model/integer_network.h"
#include "slope/cube_test.h"

namespace foldproof {

struct LocusCells {
  struct Cell {
    std::string pattern;        ///< one bit per neuron of the whole network: active
    int sign = 0;               ///< of det J on it, exactly
    std::vector<int> vertices;  ///< only if the sign is 0
  };
  /// A common facet of two cells with opposite signs; or one side of a flat cell (then `negative` is
  /// -1 - k if the other side is face k of the domain).
  struct Facet {
    int positive = -1, negative = -1;
    std::vector<int> vertices;
    std::vector<double> inside_positive;  ///< n = 3: about where the positive side is, in absolute coordinates
  };
  std::vector<Cell> cells;  ///< those that have a facet here, or are flat
  std::vector<Facet> facets;
  std::vector<ExactPoint> points;                ///< of the vertices, in absolute coordinates
  std::vector<std::vector<double>> approximate;  ///< the same in doubles, relative to the centre
  std::size_t cell_count = 0;                    ///< all cells of the box
};

/// What the enumeration works on.
struct CellBox {
  const IntegerNetwork* exact = nullptr;         ///< the whole network
  const RegionNetwork* network = nullptr;        ///< restricted to the box: every neuron left is undecided there
  const std::string* pattern = nullptr;          ///< of the neurons that are decided on the box
  const Box* box = nullptr;                      ///< relative to the centre
  const std::vector<Rational>* lower = nullptr;  ///< exact faces in absolute coordinates, within rounding of the box
  const std::vector<Rational>* upper = nullptr;
  const std::vector<Rational>* centre = nullptr;
};

class CellComplex {
 public:
  /// Cuts the box into its cells. `stop` is asked now and then; if it says yes, the result is not complete.
  template <class Stop>
  CellComplex(const CellBox& given, const Stop& stop) : CellComplex(given) {
    for (int j = 0; j < network_.neurons() && !stopped_; ++j) {
      cut(j);
      stopped_ = stop();
    }
  }
  bool stopped() const { return stopped_; }
  /// Some cell has a whole facet on this face of the box (2 axis + side) on which a neuron's pre-activation is 0: a
  /// hinge may lie in the face, and the cells behind it are not seen.
  bool hinge_on_face(int face) const { return hinge_on_face_[static_cast<std::size_t>(face)] != 0; }

  /// The part of J0 in the box. `domain_face` says which faces of the box are faces of the domain.
  LocusCells locus(Bounder& bounder, CubeTest& test, const std::vector<char>& domain_face);

 private:
  explicit CellComplex(const CellBox& given);

  // Faces of dimension 1 .. n of the complex; `sub` are those of one dimension less (for edges: vertices).
  struct Face {
    std::vector<int> sub;
    int origin = inside;  // facets of cells: the face of the box they lie in, or `inside`
    std::string pattern;  // cells: one bit per neuron of network_
    char side = 0;        // of the neuron at hand: 1 some vertex is positive, 2 some vertex is negative
    int positive = -1, negative = -1, zero = -1;  // what cutting it gave
  };
  struct Vertex {
    std::vector<double> u;  // relative to the centre
    double distance = 0.0;  // of u from the vertex, in every entry
    int a = -1, b = -1;     // on the edge between these, where `neuron` is 0; corners of the box: -1
    int neuron = 0;         // corners: a bit per axis
  };
  struct Exact {
    ExactPoint point;
    IntegerNetwork::Values values;
    Exact(const IntegerNetwork& network, ExactPoint p) : point(std::move(p)), values(network, point) {}
    Exact(const Exact&) = delete;
    Exact& operator=(const Exact&) = delete;
  };
  static constexpr int inside = -1;

  void make_box();
  void cut(int neuron);
  int sign_at(int vertex, int neuron);
  int vertex_between(int a, int b, int neuron);
  void evaluate(int vertex);
  Exact& exact(int vertex);
  void cut_face(int dimension, int face, int neuron);
  char side_of(int dimension, int face) const;
  std::vector<int> vertices_of(int dimension, int face) const;
  int determinant_sign(const Face& cell, Bounder& bounder, CubeTest& test) const;
  std::string full_pattern(const Face& cell) const;

  const CellBox& given_;
  const RegionNetwork& network_;
  int n_;
  std::vector<Vertex> vertices_;
  std::vector<double> value_, error_;  // vertices x neurons
  std::vector<char> vertex_side_;      // as Face::side
  std::vector<std::unique_ptr<Exact>> exact_;
  std::vector<std::vector<Face>> faces_;  // by dimension
  std::vector<std::vector<int>> live_;    // by dimension: faces that are not cut
  std::vector<char> hinge_on_face_;
  std::vector<int> vertex_origin_;  // n = 1: the face of the interval, or inside
  bool stopped_ = false;
};

}  // namespace foldproof
