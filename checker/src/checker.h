// The state of one check: what the file has said so far, and what its sections prove. The rules are numbered as in
// docs/certificate.md. Parts: check.cpp (header, presolve, collisions, last line), covers.cpp (trees, exact cells,
// loci), points.cpp (covers of preimages), pairs.cpp, pair_cells.cpp (pairs of patches), factor.cpp (two networks).
#pragma once

#include <array>
#include <optional>
#include <set>

#include "lines.h"
#include "tests.h"

namespace foldproof_check {

constexpr int deepest = 6000;                    // of any tree
constexpr double worn_out = 0x1p-45;             // errors of a network narrowed again and again
constexpr std::size_t most_listed = 1UL << 16U;  // bytes of values and points in a statement

struct WeightsFile {
  Weights weights;
  std::string hash;
};

class Checker {
 public:
  Checker(Lines& lines, WeightsFile file, std::optional<WeightsFile> second)
      : lines_(lines),
        weights_(std::move(file.weights)),
        hash_(std::move(file.hash)),
        second_(std::move(second)),
        n_(weights_.n),
        m_(static_cast<int>(weights_.outputs.size())) {}

  /// The statement. @throws Rejected, Unusable
  std::string run();

 private:
  enum class Question { radius, injective, pseudo, factor, preimages, j0 };
  enum class Kind { sign, monotone, points, locus };
  using Point = std::vector<Rational>;
  using Sides = std::vector<std::pair<Rational, Rational>>;

  // check.cpp
  const Words& line();
  const Words& line(const char* name, int count) { return checked(line(), name, count); }
  const Words& stated(const Words& words);
  void header();
  void about(const Words& words, const std::string& hash);
  void read_scale(const Words& words);
  void read_domain(const Words& words, bool is_box);
  void presolve(const Words& words);
  Box box(double r) const;
  double section_radius(std::string_view text) const;
  bool fills_domain(double r) const;
  bool in_domain(const Point& x) const;
  Rational power(const Rational& size) const;
  Rational measure(const Point& u) const;
  bool outside(const Box& piece, double r, bool may_touch = false) const;
  bool inside(const Box& piece, double r) const;
  void collision(const Words& words);
  bool scales() const;
  void end(const Words& words);
  void end_of_radius(const Words& words);
  void check_counts(const Words& words, const std::vector<std::pair<const char*, std::optional<long>>>& counts);
  void check_upper(const Rational& lower, std::string_view text) const;

  // covers.cpp
  void cover(const Words& words);
  bool cover_tree(Box& piece, NetPointer net, int depth);
  bool leaf(const Words& words, Box& piece, const NetPointer& net, int depth);
  std::pair<std::size_t, double> cut(const Words& words, const Box& piece) const;
  void locus_leaf(const Words& words, const Box& piece, const Net& net);
  int sign_at(const Point& x, const Net& net);
  int sign_beside(const Point& corner, const Point& x);
  void bound(const Net& net, const Box& piece);
  Slopes slopes_on(const Net& net, const Box& piece);
  static NetPointer decided(const NetPointer& net, const std::vector<Phase>& phase, const NetPointer& root);
  NetPointer decided_on(const NetPointer& net, std::initializer_list<const Box*> boxes);
  void cells(const Words& words, const Box& piece);
  void walk(const Words& words, const Box& piece);
  bool compose(std::size_t j);
  void settle(std::size_t from, std::size_t to);
  void cell(const Words& words, std::size_t& position, std::size_t next, const Box& piece);
  int cell_sign() const;
  std::vector<Affine> add_multiples(std::string_view list, Affine& sum) const;
  struct Combination {
    Rational most;
    std::vector<Affine> zero;
  };
  Combination combine(std::string_view lists, std::vector<Affine> outputs, const Sides& ends, const Ball& ball) const;
  Sides sides(const Box& piece, bool clipped) const;
  Rational most_on(const Sides& ends, const Affine& sum, const Ball& ball = {}) const;

  // points.cpp
  struct Preimage {
    Point at;
    Values values;            // of the rewritten network
    std::vector<Interval> z;  // its pre-activations, scaled as in Net
  };
  Preimage preimage(const Words& words, const char* otherwise) const;
  Preimage preimage_at(Point at) const;
  void reach(Point value);
  const Words& listed(const Words& words);
  void value(const Words& words);
  void point(const Words& words);
  void flat(const Words& words);
  void point_leaf(const Words& words, Box& piece, const NetPointer& net, int depth);
  bool holds(const Box& piece, const Point& x) const;
  void cone(int k, const Box& piece, const NetPointer& net, int depth);
  void misses(const Vector& functional, const Box& piece, const Net& net);
  void secant_to(const Preimage& to, const Box& piece, const NetPointer& net);
  void point_cell(std::string_view token, const Box& piece);

  // pairs.cpp
  struct Side;
  struct Patch {
    Box box;
    int parent = -1, first = -1, second = -1;  // indices
    bool out = false;                          // no point of it matters
    NetPointer net, joint;                     // valid on the box
    std::shared_ptr<const Matrix> image;       // the outputs' forms on the box, as in Enclosure
    std::shared_ptr<const Side> side;
  };
  struct Pair {
    Pair* parent;
    int x, y;
    NetPointer net;  // valid on both boxes
  };
  bool asks_radius() const { return question_ <= Question::injective || question_ == Question::factor; }
  void boundary(const Words& words);
  void all_pairs(const Words& words);
  void patches_and_pairs(const std::vector<Box>& roots, double r, bool shell);
  int patch_tree(const Box& piece, int parent, int depth, bool shell);
  NetPointer patch_net(int index);
  std::shared_ptr<const Matrix> image(int index);
  NetPointer pair_net(Pair* pair);
  void pair_tree(Pair* parent, int x, int y, int depth);
  void secant(const Pair& pair);
  void separated(const Words& words, int x, int y);
  bool has_full_rank(Slopes slopes) const;

  // pair_cells.cpp
  Rewritten doubled() const;
  void pair_cells(const Words& words, int x, int y);
  void pair_cell(std::string_view token, const Box& piece) const;

  // factor.cpp
  void find_common_kernel();
  NetPointer patch_joint(int index);
  std::shared_ptr<const Side> side(int index);
  void equal_outputs(int x, int y);

  static const Words& checked(const Words& words, const char* name, int count);
  static Point numbers(const Words& words);
  Point point_of(const Words& words) const;
  static double radius(std::string_view text);

  Lines& lines_;
  Weights weights_;  // scaled; in a factor proof, of both networks
  const std::string hash_;
  std::optional<WeightsFile> second_;
  const int n_, m_;  // m_: outputs of A, if there are two
  Question question_ = Question::radius;
  Norm norm_ = Norm::linf;
  Point scale_;  // n numbers, or none
  Point centre_;
  Sides domain_;
  double ball_ = 0.0;
  Rewritten joint_, network_;            // of all outputs, and of the first m_
  Rewritten doubled_;                    // of pairs of points, once it is asked for
  const Rewritten* walked_ = &network_;  // whose cells are walked
  NetPointer joint_root_, root_;
  std::vector<int> columns_;  // of J that matter to a factor proof
  std::string statement_;
  // what the sections prove: radii, 0 for none
  int sign_ = 0;
  double by_sign_ = 0.0, local_ = 0.0, injective_ = 0.0, alone_ = 0.0, factored_ = 0.0;
  std::vector<double> boundaries_;
  std::optional<Rational> nearest_;  // measure() of the nearest collision
  Point pair_[2];
  long values_ = 0, found_ = 0, flat_pieces_ = 0, folded_ = 0, open_ = 0;
  std::optional<Rational> widest_;  // of the boxes of a locus, once it is there
  std::string listed_;              // the lines of values, points and flats
  // of the value being reached
  bool awaits_cover_ = false;
  Point value_;
  std::vector<Interval> target_;  // the value, scaled as in Net
  std::vector<Preimage> points_;
  std::vector<std::array<Preimage, 2>> flats_;
  std::set<Point> distinct_;
  // of the section being read
  double radius_ = 0.0;
  Kind kind_ = Kind::sign;
  bool on_face_ = false;  // of a cone
  Vector preconditioner_;
  bool all_pairs_ = false;
  std::vector<Patch> patches_;
  std::size_t cached_ = 0;
  std::vector<char> active_;
  std::vector<Affine> affine_;
  std::vector<int> constraints_;
  int sign_of_cells_ = 0;
  Enclosure enclosure_;
};

/// Encloses what p . row differs by from p times the constants of the forms, in rows first, first + 1, ...
Interval spread(const Vector& p, const Matrix& form, int first, int columns, const Frame& frame);

/// index:number,index:number,... or nothing. @throws Rejected
std::vector<std::pair<int, Rational>> pairs_of(std::string_view list, int count);

}  // namespace foldproof_check
