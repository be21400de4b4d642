// foldproof: does this neural network fold? The interface of the library; dynamics.h adds orbits and maps.
//
//   auto model  = foldproof::Model::load("flow.onnx");
//   auto answer = foldproof::radius(model, {"1", "2.1"}, {});
//   // answer.radius.lower: f is injective on that ball; answer.radius.upper: it is not on this one
//
// Numbers come in as decimal text ("0.1" is one tenth, exactly; "1/3" works too) and exact results go out as
// text "p/q" beside their doubles (lower bounds rounded down, upper bounds rounded up).
// Claims are about the real-arithmetic function of the stored weights. Sources: Cui et al., L4DC 2023
// (Problem 1); docs/meaning.md.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foldproof {

struct Network;

/// A caller's mistake (bad file, bad argument). what() is one sentence: what is wrong, where, what to do.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ModelOptions {
  std::map<int, std::string> fix;  ///< input index (0-based) -> exact decimal it is frozen at
  std::vector<int> outputs;        ///< output indices to keep, in this order; empty keeps all
};

/// A dense layer: W x + b. Every number is taken as the double it is.
struct Layer {
  std::vector<std::vector<double>> W;  ///< rows, one per output of the layer
  std::vector<double> b;
};

/// An immutable network: reading, fixing and selecting are done once, exactly.
class Model {
 public:
  /// Reads an ONNX file. @throws InputError naming file, node, operator and reason.
  static Model load(const std::string& path, const ModelOptions& options = {});
  /// The same from the bytes of the file. `name` stands for the file in messages and records; external data are looked
  /// for beside it.
  static Model from_bytes(std::string_view bytes, const std::string& name, const ModelOptions& options = {});
  /// Dense layers with a ReLU between each and the next, none after the last. @throws InputError naming layer and row
  /// if a size does not fit or a number is not finite.
  static Model from_layers(const std::vector<Layer>& layers, const std::string& name, const ModelOptions& options = {});
  /// From a network as it was read; its parallel hinges are merged here.
  explicit Model(std::shared_ptr<const Network> as_read);

  int inputs() const;   ///< n, after fixing
  int outputs() const;  ///< m, after selecting
  int neurons() const;  ///< ReLU neurons after merging parallel hinges and dropping unused ones
  /// f(x) exactly, as "p/q" texts. @throws InputError on a wrong length or an unreadable number.
  std::vector<std::string> evaluate(const std::vector<std::string>& x) const;

  /// The weights file that proofs refer to (docs/certificate.md, section 2): text, the same for the same network.
  std::string weights() const;
  /// The name of the network in proofs: SHA-256 of its numbers, the same whatever file they came from.
  std::string hash() const;

  const Network& network() const { return *network_; }  ///< hinges merged
  const Network& as_read() const { return *as_read_; }

 private:
  std::shared_ptr<const Network> as_read_, network_;
};

/// What the search has proved so far; sent while it runs.
struct Progress {
  const char* phase = "";       ///< "local", "global", "check"; "mip": what follows is the MILP's opinion
  double lower = 0;             ///< proved injective on the ball of this radius
  std::optional<double> upper;  ///< a colliding pair lies in the ball of this radius
  double local_lower = 0;       ///< no fold (change of sign of det J) within this radius, proved
  std::uint64_t regions = 0;    ///< boxes tested
  std::uint64_t pairs = 0;      ///< pairs of boundary boxes tested
  std::uint64_t open = 0;       ///< regions or pairs waiting
  std::uint64_t mip_nodes = 0;  ///< nodes of branch and bound
  double seconds = 0;
};

/// A box of the cover and the test that settled it, for pictures.
struct Leaf {
  std::vector<double> lower, upper;  ///< in coordinates of the network's free inputs, relative to the centre
  const char* test = "";             ///< "determinant" | "perron" | "slopes" | "monotone" | "cells";
                                     ///< pseudo: "apart" | "secant" | "cone" | "cells"; j0: "change" and "open" too
};

/// How one part of a search went, for statistics and for those who plan a cluster.
struct PartReport {
  std::uint64_t part = 0;
  char kind = ' ';                  ///< 'l' local cover, 'm' monotone cover, 'b' pairs of the boundary, 'a' of the ball
  std::vector<std::uint64_t> from;  ///< the parts whose replies it was cut from
  std::uint64_t stage = 0;          ///< grows whenever parts go out while none is away
  bool lost = false;                ///< no usable reply: its work was put back
  std::uint64_t nodes = 0;          ///< regions or pairs that the worker tested
  double seconds = 0;               ///< that the worker took
  double sent = 0, received = 0;    ///< since the search began
  double cut_seconds = 0, merge_seconds = 0;  ///< that it took here to make the request, and to merge the reply
};

/// Workers elsewhere to whom radius() and injective() hand out parts of one hard question. Derive from it; every
/// worker answers with PartSolver. Verdicts and proofs do not depend on how many there are, on those that die, or on
/// replies that are late, damaged, or another part's: a part is asked again, or done here. Calls come from one thread
/// at a time; what they throw ends the question.
class Delegate {
 public:
  virtual ~Delegate() = default;
  /// How many parts may be away now. It may change; 0: no more, the search goes on here.
  virtual int capacity() = 0;
  /// Has some worker answer this request; returns at once.
  virtual void send(std::uint64_t part, std::string request) = 0;
  struct Reply {
    std::uint64_t part = 0;
    std::optional<std::string> response;  ///< nothing: the part is lost
  };
  /// The next reply, in any order; nothing if none comes within so many seconds.
  virtual std::optional<Reply> receive(double seconds) = 0;
  /// Nobody waits for this part any more.
  virtual void forget(std::uint64_t /*part*/) {}
  virtual void report(const PartReport& /*report*/) {}

  /// A question must have taken so long here before anything is handed out: easy ones are answered sooner alone.
  virtual double warm_up() const { return 0.1; }
  /// About how long a part should keep a worker busy. (With very many workers it lasts longer.)
  virtual double part_seconds() const { return 0.25; }
};

struct Options {
  double gap = 1e-6;       ///< stop when (upper - lower) / upper <= gap; > 0
  std::string max_radius;  ///< exact decimal; empty: 10 * max(1, |at|), in the norm, over scale
  /// per free input (lower, upper), exact decimals; empty: no domain
  std::vector<std::pair<std::string, std::string>> domain;
  double time = 0;            ///< seconds; 0: no limit
  double memory_gib = 0;      ///< resident memory beyond what the process had when the question began; 0: no limit
  int threads = 0;            ///< 0: one per core
  std::string norm = "linf";  ///< of the ball: "linf", "l1" or "l2"
  /// Weighted ball: one positive exact decimal per free input; distances are |(x_i - at_i) / scale_i|. Empty: all 1.
  std::vector<std::string> scale;
  const std::atomic<bool>* interrupt = nullptr;  ///< set it to stop within a fraction of a second
  std::function<void(const Progress&)>
      progress;  ///< called about `progress_per_second` times, from one thread at a time
  double progress_per_second = 10;
  bool pseudo = false;          ///< radius(): ask Problem 2 at the same point too (Answer::pseudo)
  bool check = true;            ///< have the independent checker prove the answer again before it is given
  std::string proof;            ///< file to keep the proof in; empty: it is kept only while it is checked
  std::size_t keep_leaves = 0;  ///< keep at most this many leaf boxes, thinned evenly, for a picture
  /// radius, injective: workers for the search; its own threads rest while parts are away. Must outlive the call.
  Delegate* delegate = nullptr;
};

struct Witness {
  std::vector<std::string> x_exact, y_exact, f_exact;  ///< f(x) = f(y) = f_exact, x != y, exactly
  std::vector<std::string> b_x_exact, b_y_exact;       ///< factor: f is A; B(x) and B(y), different; else empty
  std::vector<double> x, y;                            ///< nearest doubles
};

struct Effort {
  double seconds = 0;
  int threads = 1;
  std::uint64_t regions_tested = 0, pairs_tested = 0, slope_nodes = 0;
  double peak_memory_mib = 0;  ///< of the process, whatever it was used for
};

/// What the independent checker said of the answer (docs/meaning.md).
struct Proof {
  std::string file;                     ///< where it is; empty if it was not kept
  std::uint64_t bytes = 0;              ///< compressed
  std::uint64_t leaves = 0, pairs = 0;  ///< leaves of covers, settled pairs of boundary patches
  std::string network_sha256;           ///< Model::hash(), by which the proof names the network
  bool checked = false;                 ///< accepted, and it states this very answer
  std::string refused;                  ///< why the checker did not accept: our bug, and nothing is claimed then
  double check_seconds = 0;             ///< wall clock
  int attempts = 1;                     ///< searches, the later ones with wider margins after a refusal
  int refused_leaves = 0;  ///< a stopped run's leaves that the checker refused: lower was drawn in below them
};

/// What every answer has.
struct Outcome {
  std::string question;  ///< "radius" | "injective" | "pseudo" | "j0"
  std::string status;    ///< "solved" | "stopped" | "open"
  /// "time" | "memory" | "interrupt" | "unresolved" | "refused" (by the checker: see proof.refused; no bound is given)
  std::optional<std::string> stop_reason;
  std::string norm = "linf";
  std::vector<std::string> scale_exact;  ///< radii are those of |(x_i - c_i) / scale_i|; empty: all 1
  std::vector<std::string> center_exact;
  std::vector<double> center;
  std::vector<std::pair<std::string, std::string>> domain_exact;  ///< empty: none
  Proof proof;
  Effort effort;
  std::vector<Leaf> leaves;
  std::uint64_t leaves_total = 0;
};

struct Answer : Outcome {
  std::string verdict;  ///< injective only: "proved" | "refuted" | "open"
  /// radius: injective on the closed ball of radius lower (within the domain); not on that of radius upper.
  double lower = 0;
  std::optional<double> upper;
  std::string lower_exact = "0";
  std::optional<std::string> upper_exact;
  /// norm l2: upper_exact^2, exactly (the refuted radius itself is mostly irrational, and upper_exact a double above
  /// it)
  std::optional<std::string> upper_squared_exact;
  /// proved: det J keeps one sign on the ball of this radius (MATHEMATICS r_J0), so no fold is nearer
  double local_lower = 0;
  /// "fold" | "collision" | "flat" | "branch" | "none_within_domain" | "none_within_max_radius"; pseudo: "preimage" |
  /// "flat" | "none_..."; empty: not known
  std::string limit;
  std::optional<Witness> witness;
  /// if upper = 0: centre + t (witness.x - centre), centre + t (witness.y - centre) collide for all 0 < t <= this
  std::optional<std::string> witness_scale_exact;
  /// if the bracket stays open: the box that resists, (lower, upper) per input, absolute coordinates
  std::vector<std::pair<double, double>> resisting_place;
  /// radius, if asked for: Problem 2 at the same point. Its proof is kept in the file Options::proof + ".pseudo".
  std::shared_ptr<const Answer> pseudo;
};

/// All preimages of one value in a box.
struct PreimageSet {
  struct Point {
    std::vector<std::string> x_exact;
    std::vector<double> x;
    bool inside = true;    ///< in the box; a proof may need preimages beside it
    bool isolated = true;  ///< false: on the piece of a flat segment
  };
  /// A segment of preimages; on its linear piece all inputs of the line, or of a larger flat set, have this value.
  struct Flat {
    std::vector<std::string> x_exact, y_exact;
    std::vector<double> x, y;
  };
  std::vector<std::string> value_exact;
  std::vector<double> value;
  std::vector<Point> points;
  std::vector<Flat> flats;
  std::uint64_t open = 0;       ///< boxes about which nothing is claimed; 0: the points and flats are all
  std::uint64_t count() const;  ///< points inside
};

struct Preimages : Outcome {
  std::vector<PreimageSet> sets;  ///< in the order of the values
  std::string summary() const;    ///< the last line of its proof
};

/// A proof file against the network it is about: 0 accepted, 1 rejected, 2 unusable; `words` is what the checker said.
struct CheckAnswer {
  int code = 2;
  std::string words;
};
CheckAnswer check(const Model& model, const std::string& proof);
/// The same for a proof about two networks, A first.
CheckAnswer check(const Model& a, const Model& b, const std::string& proof);

/// Problem 1 (Cui et al. 2023): the largest closed ball about `at` on which f is injective, as a bracket.
/// `at` has one exact decimal per free input. With fewer outputs than inputs the radius is 0.
Answer radius(const Model& model, const std::vector<std::string>& at, const Options& options);

/// Problem 2 (Cui et al. 2023): the largest closed ball about `at` in which no other point has the image of `at`. Any
/// number of outputs. The answer's witness.x is `at`, witness.y the other point; local_lower is lower.
Answer pseudo(const Model& model, const std::vector<std::string>& at, const Options& options);

/// Is f injective on the box [lower_i, upper_i]? verdict proved / refuted (with a pair) / open.
Answer injective(const Model& model, const std::vector<std::pair<std::string, std::string>>& box,
                 const Options& options);

/// What a worker of a Delegate keeps: the network, and what it prepared for the questions about it.
class PartSolver {
 public:
  explicit PartSolver(const Model& model);
  ~PartSolver();
  PartSolver(const PartSolver&) = delete;
  PartSolver& operator=(const PartSolver&) = delete;

  /// The response to a request of a search about this model, on one thread: nothing but a function of both. From any
  /// thread. @throws InputError for a request of another network or another version of foldproof.
  std::string answer(const std::string& request) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All x of the box with f(x) = value, for each value (one exact decimal per output). Any number of outputs.
Preimages preimages(const Model& model, const std::vector<std::vector<std::string>>& values,
                    const std::vector<std::pair<std::string, std::string>>& box, const Options& options);

/// Problem 3: on which balls about `at` is one network a function of the other? lower, upper and witness of `ab` are
/// about A(x) = A(y) implying B(x) = B(y), those of `ba` about the converse. The proof of `ab` is kept in
/// Options::proof, that of `ba` in the file proof_of_ba() names; `local_lower` is lower.
struct FactorAnswer {
  Answer ab, ba;
};
/// Each direction is asked on its own; Options::time is for both. @pre a and b have the same number of inputs
/// (InputError)
FactorAnswer factor(const Model& a, const Model& b, const std::vector<std::string>& at, const Options& options);
/// "fold.proof" -> "fold.ba.proof"
std::string proof_of_ba(const std::string& proof);
struct LocusOptions : Options {
  double resolution = 0;    ///< longest side of a box of the proof; 0: a usual one
  bool shape_only = false;  ///< no enclosure and no proof: points, lines and surfaces alone
};

/// J0 (Cui et al. 2023, eq. (9)) within a box: the points in the closures of linear pieces whose Jacobian determinants
/// have opposite signs, or of one whose determinant is 0; of the pieces that meet the inside of the box.
struct Locus : Outcome {
  /// The whole of J0 is here, exactly (up to three inputs); otherwise the run was stopped, and this is a part of it.
  bool complete = false;
  std::vector<std::vector<double>> points;             ///< vertices; nearest doubles
  std::vector<std::vector<std::string>> points_exact;  ///< the same as "p/q"; one or two inputs, not for very many
  /// One input: single points. Two: polylines, closed if the last vertex is the first.
  std::vector<std::vector<int>> lines;
  std::vector<std::array<int, 3>> triangles;  ///< three inputs; counterclockwise seen from where det J > 0
  /// Where det J is 0: intervals, convex polygons or (three inputs) convex polygons around such pieces.
  std::vector<std::vector<int>> flats;
  std::uint64_t cells = 0;  ///< linear pieces that were looked at
  /// Proved and checked: outside of `boxes` + `open` boxes no piece has another sign than its neighbours or determinant
  /// 0; each of the `boxes` holds a point of J0; no side is longer than `width`.
  std::uint64_t boxes = 0, open = 0;
  double width = 0;
};

/// Where does f fold? All of J0 in the box. @pre model is square (InputError otherwise)
Locus j0(const Model& model, const std::vector<std::pair<std::string, std::string>>& box, const LocusOptions& options);

/// The surface as a PLY file (text), its triangles and flat pieces. @throws InputError unless there are three inputs.
std::string to_ply(const Locus& locus);

/// The published method: bisection over mixed-integer programs (docs/milp.md).
struct MipOptions {
  double threshold = 1e-4;         ///< an optimum up to this counts as "no pair"; > 0
  double gap = 1e-3;               ///< the bisection stops when (upper - lower) / upper <= gap; > 0
  std::string big_m = "interval";  ///< the bounds behind the big-M constants: "interval" | "lp"
};

/// A solution of a program, in floating point: it need not be a collision.
struct MipPair {
  std::vector<double> x, y;
  double distance = 0;   ///< the objective: |x - y|, in Problem 3 |g(x) - g(y)|
  double image_gap = 0;  ///< |f(x) - f(y)|, evaluated exactly
};

struct MipStep {
  double radius = 0;
  std::string verdict;                 ///< "none" | "pair" | "open"
  std::optional<double> bound, value;  ///< of the optimum; of the best solution found
  int columns = 0, rows = 0, binaries = 0;
  std::uint64_t nodes = 0;
  double seconds = 0;
};

/// Nothing here is proved: "according to the MILP, within its tolerances and threshold".
struct MipAnswer : Outcome {
  MipOptions settings;
  double lower = 0;             ///< the MILP found no pair on this ball
  std::optional<double> upper;  ///< and this one on that ball
  std::optional<MipPair> pair;
  std::vector<MipStep> programs;
  std::optional<Answer> engine;  ///< our engine's answer to the same question, once it is confronted with it
  /// "certified": an exact pair lies in the ball of radius lower; "refuted": the ball of radius upper is proved to hold
  /// none; empty: neither
  std::string disagreement;
};

/// One of the problems of Cui et al. (2023), about the ball of Options around `at`.
struct MipQuestion {
  std::string problem = "radius";  ///< 1: "radius", 2: "pseudo" (one point kept at `at`), 3: "factor"
  const Model* model = nullptr;    ///< f, any number of outputs
  const Model* told_by = nullptr;  ///< factor: g; pairs with f(x) = f(y) and g(x) != g(y)
  std::vector<std::string> at;
};

/// Bisection over the programs (6), from the ball of options.max_radius on, in HiGHS, on one thread. Of Options count
/// max_radius, norm, domain, time, memory_gib, interrupt and progress.
MipAnswer mip(const MipQuestion& question, const Options& options, const MipOptions& settings);
/// @throws InputError if mip() would, without solving anything.
void require_solvable(const MipQuestion& question, const Options& options, const MipOptions& settings);

/// Problem 3 in both directions: of ab, B is told by A; of ba, A by B.
struct MipFactorAnswer {
  MipAnswer ab, ba;
};
MipFactorAnswer mip_factor(const Model& a, const Model& b, const std::vector<std::string>& at, const Options& options,
                           const MipOptions& settings);

/// The program for the ball of options.max_radius, for other solvers: CPLEX LP, or free MPS if `mps`.
std::string mip_program(const MipQuestion& question, const Options& options, const MipOptions& settings, bool mps);

/// Sets `engine` and `disagreement`. @pre both answer the same question
void confront(MipAnswer& answer, Answer engine);
void confront(MipFactorAnswer& answer, FactorAnswer engine);

/// The record of DESIGN.md as JSON text; `picture` (bounded in size) is included if asked for.
std::string to_json(const Model& model, const Answer& answer, bool picture);
std::string to_json(const Model& model, const MipAnswer& answer, bool picture);
std::string to_json(const Model& model, const Locus& locus, bool picture);
std::string to_json(const Model& model, const Preimages& answer, bool picture);
std::string to_json(const Model& a, const Model& b, const FactorAnswer& answer, bool pictures);
std::string to_json(const Model& a, const Model& b, const MipFactorAnswer& answer, bool pictures);

/// One self-contained offline HTML page from a record's JSON text. `command` is the line that reproduces it.
std::string to_html(const std::string& record_json, const std::string& command);

std::string version();

}  // namespace foldproof
