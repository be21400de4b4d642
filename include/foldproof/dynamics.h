// Dynamics beside foldproof.h: orbits and attractors, the ground truth as a polynomial map, and sweeps of a question
// along an orbit or over a parameter.
//
//   auto map = foldproof::Map::load("brusselator.field");
//   auto curve = foldproof::orbit(map, {"1", "2.5"}, {.steps = 500, .skip = 2000});
//   auto backward = foldproof::preimages(map, {{"1", "2"}}, {});   // all of them, isolated and counted
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "foldproof/foldproof.h"

namespace foldproof {

struct PolynomialMap;

/// A forward Euler step of a polynomial vector field (docs/dynamics.md), with exact rational coefficients.
class Map {
 public:
  /// Reads a .field file; `set` gives constants of it other values. @throws InputError naming file, line and column.
  static Map load(const std::string& path, const std::map<std::string, std::string>& set = {});

  int dimension() const;
  /// f(x) exactly, as "p/q" texts. @throws InputError on a wrong length or an unreadable number.
  std::vector<std::string> evaluate(const std::vector<std::string>& x) const;
  const PolynomialMap& polynomials() const { return *map_; }

 private:
  std::shared_ptr<const PolynomialMap> map_;
};

struct OrbitOptions {
  std::size_t steps = 1000;  ///< after the skipped ones
  std::size_t skip = 0;
  std::size_t most_points = 0;  ///< keep every k-th point so that at most so many stay; 0: all
};

/// Computed in double precision, rounding and all: an illustration, not a claim.
struct Orbit {
  std::vector<std::string> at_exact;
  std::size_t steps = 0, skip = 0;          ///< as asked
  std::vector<std::vector<double>> points;  ///< in the order of time
  std::size_t stride = 1;                   ///< steps between two points that were kept
  /// what it settles down to, as far as its points tell: "fixed point" | "period" | "closed curve" (plane only) |
  /// "escapes" (beyond every double) | "other"
  std::string kind;
  std::size_t period = 0;   ///< kind "period": the number of steps
  std::size_t escaped = 0;  ///< kind "escapes": the number of steps from the start until then
};

/// Iterates f from `at`. @throws InputError if f does not map a space to itself.
Orbit orbit(const Model& model, const std::vector<std::string>& at, const OrbitOptions& options);
Orbit orbit(const Map& map, const std::vector<std::string>& at, const OrbitOptions& options);

/// The records of docs/record.schema.json.
std::string to_json(const Model& model, const Orbit& orbit);
std::string to_json(const Map& map, const Orbit& orbit);

using ExactBox = std::vector<std::pair<std::string, std::string>>;

/// A real solution of f(x) = y: the box holds it and no other one.
struct MapPreimage {
  ExactBox box_exact;
  std::vector<double> x;  ///< middle of the box
  int multiplicity = 1;   ///< 1: det J is not 0 there; more: y lies on the image of the fold
  int sign = 0;           ///< of det J there; 0: it is 0
};

/// All preimages of one value, isolated by exact algebra and ball arithmetic (FLINT, Arb).
struct MapPreimageSet {
  std::vector<std::string> value_exact;
  bool complete = false;  ///< the points are all there are, but for the curve; otherwise nothing is claimed
  std::vector<MapPreimage> points;
  /// not empty: every real point of the curve where this polynomial is 0 is a preimage; multiplicities and signs of the
  /// points are then those of the equations that are left when it is divided out
  std::string curve;
  std::string reason;  ///< why it is not complete
};

struct MapPreimages {
  ExactBox box_exact;                ///< where they were looked for; empty: everywhere
  std::vector<MapPreimageSet> sets;  ///< in the order of the values
  double seconds = 0;
};

/// For each value. @pre the map is of the line or the plane (InputError otherwise). An empty box: everywhere.
MapPreimages preimages(const Map& map, const std::vector<std::vector<std::string>>& values, const ExactBox& box);

/// Where det J = 0 (J0) in a box.
struct MapFold {
  ExactBox box_exact;
  std::string determinant;          ///< the polynomial
  bool everywhere = false;          ///< it is zero identically
  std::vector<MapPreimage> points;  ///< one variable: all zeros; sign 0
  /// two variables: polylines. Every vertex is a crossing with a line of a grid, and every crossing with one of them is
  /// here; between them the curve is drawn straight. Parts that are themselves grid lines are drawn from end to end.
  std::vector<std::vector<std::vector<double>>> lines;
  std::size_t grid_lines = 0, crossings = 0;
  std::size_t open_cells = 0;  ///< small cells in which a part may be missed or joined wrongly; 0: proved, nowhere
  double seconds = 0;
};

/// @pre the map is of the line or the plane (InputError otherwise); cells >= 2 per side of the box, for two variables.
MapFold j0(const Map& map, const ExactBox& box, int cells = 100);

std::string to_json(const Map& map, const MapPreimages& answer);
std::string to_json(const Map& map, const MapFold& answer);

/// A question about a point, such as radius.
using PointQuestion = Answer (*)(const Model&, const std::vector<std::string>& at, const Options&);

/// Input `input` of a network, frozen at `count` >= 2 exact values, evenly spaced from `from` to `to`.
struct Parameter {
  int input = 0;
  std::string from, to;
  int count = 0;
};

struct SweepPoint {
  std::size_t index = 0;
  std::string value_exact;      ///< of the parameter, "p/q"; empty along an orbit
  std::vector<std::string> at;  ///< the centre
  std::optional<Answer> answer;
  std::string failure;  ///< why there is none: one sentence; empty if it was not asked any more
  std::string record;   ///< to_json of the answer, without a picture
};

struct Sweep {
  std::string network;                 ///< the file
  std::optional<Parameter> parameter;  ///< nothing: along an orbit
  std::string along;                   ///< where the points of an orbit came from, for the record
  std::vector<SweepPoint> points;
  std::string status;  ///< "solved" | "open" (some points) | "stopped"
  std::optional<std::string> stop_reason;
  double seconds = 0;
  int threads = 1;  ///< each works on a point of its own
};

/// Told of each point, in their order, by one thread at a time, as soon as it and all before it are done.
using SweepListener = std::function<void(const SweepPoint&)>;

/// The question at every point. options.time is for all of them together, options.proof is a folder, in which each
/// point's proof is point-NNNN.proof. A point that cannot be answered keeps its sentence.
/// @throws InputError if there is no point, one has the wrong length, or all fail for the same reason.
Sweep sweep_along(const Model& model, const std::vector<std::vector<std::string>>& points, PointQuestion question,
                  const Options& options, const SweepListener& listener = {});
/// The question at one point for every value of the parameter, which is fixed as ModelOptions::fix does.
Sweep sweep_parameter(const std::string& path, const ModelOptions& model, const Parameter& parameter,
                      const std::vector<std::string>& at, PointQuestion question, const Options& options,
                      const SweepListener& listener = {});

std::string to_json(const Sweep& sweep);

}  // namespace foldproof
