// What it protects: no answer leaves the program because the program believes it. Every function below stands between a
// part of foldproof and its callers (ld --wrap) and, if the environment variable FOLDPROOF_LIE names its lie, answers
// wrongly; tests/python/test_lying.py then wants exit code 4. Several lies are separated by commas. Product code knows
// nothing of this file; without the variable the program is foldproof.
//
// A member function is declared here as a free function of the object's address: both are called alike.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bounds/simplify.h"
#include "certificate/proof_writer.h"
#include "model/evaluate.h"
#include "model/weights_file.h"
#include "search/boundary.h"
#include "search/cover.h"
#include "search/exact_cells.h"
#include "search/locus_cells.h"
#include "search/radius_search.h"
#include "slope/definite.h"
#include "slope/monotone_test.h"

#define REAL(name, symbol) name __asm__("__real_" symbol)
#define WRAP(name, symbol) name __asm__("__wrap_" symbol)

namespace foldproof {

namespace {

constexpr std::array known{
    // tests and bounds
    "leaf",          // every cube passes
    "small-leaf",    // every cube of at most two undecided slopes passes
    "sign",          // a cube's sign, or that of exact cells, is the one that is wanted
    "bounds",        // enclosures are those of a box of an eighth of the size
    "slopes",        // undecided slopes do not reach the outputs
    "secant",        // the slope between two boxes is one number
    "definite",      // every symmetric matrix is positive definite
    "monotone",      // every box passes the monotone test
    "cells",         // the exact cells of a box are one cell that needs no proof
    "farkas",        // one side of the first undecided hinge is empty, says a wrong multiplier
    "locus-cells",   // the cells that touch a box are one cell that needs no proof
    "point-cells",   // so are the cells that hold preimages: it holds the first point, or none
    "pairs",         // all pairs of faces are separated
    "pair-cells",    // the exact cells of a pair are one cell that needs no proof
    "pairs-secant",  // all pairs of faces pass the secant test
    // exact facts
    "collision",    // pairs are moved half the way to the centre, where they do not collide
    "nearer",       // pairs are said to lie at half their radius
    "evaluate",     // outputs are 0 everywhere, so that all pairs collide
    "determinant",  // exact determinants have the other sign
    "zero",         // any collision may be scaled to the centre
    // networks
    "presolve",  // all neurons are inactive
    "merge",     // merging drops the last neuron
    "read",      // the file is read as another network
    "weights",   // the weights file is that of another network
    // the statement and the proof
    "lower", "local", "upper",  // the answer and the last line claim more than was proved
    "answer",                   // the answer claims more than its proof
    "invented",                 // the centre and a point beside it collide
    "witness",                  // the answer's pair is not that of its proof
    "closed",                   // the search is over
    "centre",                   // the proof is right, about another point
    "domain",                   // the proof is right, about a smaller domain
    "drop", "whole", "flip", "matrix", "functional", "point",  // a part of the proof file is changed
    // no lies: parts of the search that stay away
    "blind",   // nobody looks for folds
    "coarse",  // small boxes count as narrow early
};

// The search's result is not what its proof holds.
constexpr std::array claims{"lower", "local", "upper", "answer", "invented", "witness", "closed"};

bool lies(std::string_view what) {
  static const std::vector<std::string> told = [] {
    std::vector<std::string> result;
    const char* const text = std::getenv("FOLDPROOF_LIE");
    for (std::string rest = text == nullptr ? "" : text; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      result.push_back(rest.substr(0, comma));
      rest.erase(0, comma + 1);
      if (std::find(known.begin(), known.end(), result.back()) == known.end()) {
        std::fprintf(stderr, "FOLDPROOF_LIE: '%s' is no lie of this program\n", result.back().c_str());
        std::_Exit(99);
      }
    }
    return result;
  }();
  return std::find(told.begin(), told.end(), what) != told.end();
}

std::atomic<int> wanted_sign{1};  // that the search agreed on
const Problem* asked = nullptr;   // by search_radius
Control* run = nullptr;
Problem proved;       // "centre", "domain": what the proof is about
RadiusResult honest;  // "lower", ...: before it was made larger

}  // namespace

// ------------------------------------------------------------------------------------------------ tests and bounds

CubeResult REAL(real_cube(CubeTest*, const SlopeMatrices&, int), "_ZN9foldproof8CubeTest3runERKNS_13SlopeMatricesEi");
CubeResult WRAP(cube(CubeTest*, const SlopeMatrices&, int), "_ZN9foldproof8CubeTest3runERKNS_13SlopeMatricesEi");
CubeResult cube(CubeTest* test, const SlopeMatrices& matrices, int budget) {
  CubeResult result = real_cube(test, matrices, budget);
  if (result.sign == 0 && (lies("leaf") || (lies("small-leaf") && matrices.k <= 2)))
    return {wanted_sign.load(), false, "perron", 0};
  if (result.sign != 0 && lies("sign")) result.sign = wanted_sign;
  return result;
}

bool REAL(real_monotone(MonotoneTest*, const SlopeMatrices&, int),
          "_ZN9foldproof12MonotoneTest3runERKNS_13SlopeMatricesEi");
bool WRAP(monotone(MonotoneTest*, const SlopeMatrices&, int), "_ZN9foldproof12MonotoneTest3runERKNS_13SlopeMatricesEi");
bool monotone(MonotoneTest* test, const SlopeMatrices& matrices, int budget) {
  return real_monotone(test, matrices, budget) || lies("monotone");
}

bool REAL(real_definite(double*, int, double), "_ZN9foldproof26verified_positive_definiteEPdid");
bool WRAP(definite(double*, int, double), "_ZN9foldproof26verified_positive_definiteEPdid");
bool definite(double* a, int size, double margin) { return real_definite(a, size, margin) || lies("definite"); }

void REAL(real_enclose(Bounder*, const RegionNetwork&, const Box&),
          "_ZN9foldproof7Bounder7encloseERKNS_13RegionNetworkERKNS_3BoxE");
void WRAP(enclose(Bounder*, const RegionNetwork&, const Box&),
          "_ZN9foldproof7Bounder7encloseERKNS_13RegionNetworkERKNS_3BoxE");
void enclose(Bounder* bounder, const RegionNetwork& net, const Box& box) {
  Box smaller = box;
  for (std::size_t i = 0; lies("bounds") && i < box.lower.size(); ++i) {
    const double middle = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    smaller.lower[i] = middle + 0.125 * (box.lower[i] - middle);
    smaller.upper[i] = middle + 0.125 * (box.upper[i] - middle);
  }
  real_enclose(bounder, net, smaller);
}

void REAL(real_slopes(Bounder*, const RegionNetwork&, SlopeMatrices&),
          "_ZN9foldproof7Bounder6slopesERKNS_13RegionNetworkERNS_13SlopeMatricesE");
void WRAP(slopes(Bounder*, const RegionNetwork&, SlopeMatrices&),
          "_ZN9foldproof7Bounder6slopesERKNS_13RegionNetworkERNS_13SlopeMatricesE");
void slopes(Bounder* bounder, const RegionNetwork& net, SlopeMatrices& result) {
  real_slopes(bounder, net, result);
  if (lies("slopes")) std::fill(result.c.begin(), result.c.end(), 0.0);
}

void REAL(real_slopes_between(Bounder*, const RegionNetwork&, const std::vector<SlopeRange>&, SlopeMatrices&),
          "_ZN9foldproof7Bounder6slopesERKNS_13RegionNetworkERKSt6vectorINS_10SlopeRangeESaIS5_EERNS_13SlopeMatricesE");
void WRAP(slopes_between(Bounder*, const RegionNetwork&, const std::vector<SlopeRange>&, SlopeMatrices&),
          "_ZN9foldproof7Bounder6slopesERKNS_13RegionNetworkERKSt6vectorINS_10SlopeRangeESaIS5_EERNS_13SlopeMatricesE");
void slopes_between(Bounder* bounder, const RegionNetwork& net, const std::vector<SlopeRange>& range,
                    SlopeMatrices& result) {
  real_slopes_between(bounder, net, range, result);
  if (lies("slopes")) std::fill(result.c.begin(), result.c.end(), 0.0);
}

SlopeRange REAL(real_range(double, double, double, double), "_ZN9foldproof11slope_rangeEdddd");
SlopeRange WRAP(range_between(double, double, double, double), "_ZN9foldproof11slope_rangeEdddd");
SlopeRange range_between(double l1, double u1, double l2, double u2) {
  SlopeRange range = real_range(l1, u1, l2, u2);
  if (lies("secant")) range.lower = range.upper = 0.5 * range.lower + 0.5 * range.upper;
  return range;
}

std::optional<std::string> REAL(
    real_cells(const Problem&, const RegionNetwork&, const Box&, int, int),
    "_ZN9foldproof15cells_with_signB5cxx11ERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxEii");
std::optional<std::string> WRAP(
    cells(const Problem&, const RegionNetwork&, const Box&, int, int),
    "_ZN9foldproof15cells_with_signB5cxx11ERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxEii");
std::optional<std::string> cells(const Problem& problem, const RegionNetwork& root, const Box& box, int sign,
                                 int most) {
  auto proof = real_cells(problem, root, box, sign, most);
  if (!proof && lies("sign")) proof = real_cells(problem, root, box, -sign, most);
  if (proof) return proof;
  if (lies("cells")) return ".";
  if (!lies("farkas")) return proof;
  Bounder bounder;
  real_enclose(&bounder, root, box);
  for (int p = 0; p < root.neurons(); ++p) {
    if (bounder.phase()[static_cast<std::size_t>(p)] != Phase::unstable) continue;
    const std::string j = std::to_string(problem.network->number[static_cast<std::size_t>(root.original(p))]);
    return sign > 0 ? 's' + j + " x" + j + ":1 ." : 's' + j + " . x" + j + ":1";
  }
  return ".";
}

std::optional<LocusLeaf> REAL(
    real_locus(const Problem&, const RegionNetwork&, const Box&, int, Control&),
    "_ZN9foldproof14locus_by_cellsERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxEiRNS_7ControlE");
std::optional<LocusLeaf> WRAP(
    locus(const Problem&, const RegionNetwork&, const Box&, int, Control&),
    "_ZN9foldproof14locus_by_cellsERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxEiRNS_7ControlE");
std::optional<LocusLeaf> locus(const Problem& problem, const RegionNetwork& root, const Box& box, int most,
                               Control& control) {
  if (lies("locus-cells")) return LocusLeaf{1, "c ."};
  return real_locus(problem, root, box, most, control);
}

std::optional<std::string> REAL(
    real_points(const Problem&, const RegionNetwork&, const Box&, Fibre&, int),
    "_ZN9foldproof20cells_with_preimagesB5cxx11ERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxERNS_5FibreEi");
std::optional<std::string> WRAP(
    points(const Problem&, const RegionNetwork&, const Box&, Fibre&, int),
    "_ZN9foldproof20cells_with_preimagesB5cxx11ERKNS_7ProblemERKNS_13RegionNetworkERKNS_3BoxERNS_5FibreEi");
std::optional<std::string> points(const Problem& problem, const RegionNetwork& root, const Box& box, Fibre& fibre,
                                  int most) {
  if (lies("point-cells")) return fibre.points.empty() ? ".n" : ".0;;";
  return real_points(problem, root, box, fibre, most);
}

PairCells::Outcome REAL(real_pair_cells(const PairCells*, const Box&, const Box&, double),
                        "_ZNK9foldproof9PairCells6settleERKNS_3BoxES3_d");
PairCells::Outcome WRAP(pair_cells(const PairCells*, const Box&, const Box&, double),
                        "_ZNK9foldproof9PairCells6settleERKNS_3BoxES3_d");
PairCells::Outcome pair_cells(const PairCells* pair, const Box& x, const Box& y, double most) {
  if (lies("pair-cells")) return {".", {}, {}};
  return real_pair_cells(pair, x, y, most);
}

PairSearch::Result REAL(real_pairs(BoundaryPairs*, double, std::uint64_t), "_ZN9foldproof13BoundaryPairs3runEdm");
PairSearch::Result WRAP(pairs(BoundaryPairs*, double, std::uint64_t), "_ZN9foldproof13BoundaryPairs3runEdm");
PairSearch::Result pairs(BoundaryPairs* boundary, double radius, std::uint64_t most) {
  if (!lies("pairs") && !lies("pairs-secant")) return real_pairs(boundary, radius, most);
  const int faces = 2 * asked->network->inputs;
  run->emit([&](Observer& observer) {
    observer.boundary(radius, faces);
    std::uint64_t id = 0;
    for (int x = 0; x < faces; ++x) {
      for (int y = x; y < faces; ++y) observer.pair_leaf(id++, x == y ? 'i' : lies("pairs") ? 'm' : 't', {});
    }
  });
  return PairSearch::Result::injective;
}

void REAL(real_cover(Cover*, double), "_ZN9foldproof5Cover3runEd");
void WRAP(cover(Cover*, double), "_ZN9foldproof5Cover3runEd");
void cover(Cover* cover, double resolution) { real_cover(cover, lies("coarse") ? resolution * 0x1p16 : resolution); }

// ------------------------------------------------------------------------------------------------ looking for folds

bool REAL(real_agree(Incumbent*, int), "_ZN9foldproof9Incumbent13agree_on_signEi");
bool WRAP(agree(Incumbent*, int), "_ZN9foldproof9Incumbent13agree_on_signEi");
bool agree(Incumbent* incumbent, int sign) {
  const bool agreed = real_agree(incumbent, sign);
  wanted_sign = incumbent->sign();
  return agreed;
}

int REAL(real_sign_at(const Incumbent*, const RegionNetwork&, const std::vector<double>&),
         "_ZNK9foldproof9Incumbent7sign_atERKNS_13RegionNetworkERKSt6vectorIdSaIdEE");
int WRAP(sign_at(const Incumbent*, const RegionNetwork&, const std::vector<double>&),
         "_ZNK9foldproof9Incumbent7sign_atERKNS_13RegionNetworkERKSt6vectorIdSaIdEE");
int sign_at(const Incumbent* incumbent, const RegionNetwork& net, const std::vector<double>& u) {
  return lies("sign") ? wanted_sign.load() : real_sign_at(incumbent, net, u);
}

bool REAL(real_improve(Incumbent*, const std::vector<double>&),
          "_ZN9foldproof9Incumbent15improve_by_foldERKSt6vectorIdSaIdEE");
bool WRAP(improve(Incumbent*, const std::vector<double>&),
          "_ZN9foldproof9Incumbent15improve_by_foldERKSt6vectorIdSaIdEE");
bool improve(Incumbent* incumbent, const std::vector<double>& u) {
  return !lies("blind") && real_improve(incumbent, u);
}

void REAL(real_rays(Incumbent*), "_ZN9foldproof9Incumbent10shoot_raysEv");
void WRAP(rays(Incumbent*), "_ZN9foldproof9Incumbent10shoot_raysEv");
void rays(Incumbent* incumbent) {
  if (!lies("blind")) real_rays(incumbent);
}

// ------------------------------------------------------------------------------------------------ exact facts

ExactValue REAL(real_evaluate(const Network&, const std::vector<Rational>&),
                "_ZN9foldproof8evaluateERKNS_7NetworkERKSt6vectorINS_8RationalESaIS4_EE");
ExactValue WRAP(evaluated(const Network&, const std::vector<Rational>&),
                "_ZN9foldproof8evaluateERKNS_7NetworkERKSt6vectorINS_8RationalESaIS4_EE");
ExactValue evaluated(const Network& network, const std::vector<Rational>& x) {
  ExactValue value = real_evaluate(network, x);
  if (lies("evaluate")) value.output.assign(value.output.size(), Rational(0));
  return value;
}

std::optional<Collision> REAL(real_verify(const Problem&, std::vector<Rational>, std::vector<Rational>),
                              "_ZN9foldproof16verify_collisionERKNS_7ProblemESt6vectorINS_8RationalESaIS4_EES6_");
std::optional<Collision> WRAP(verify(const Problem&, std::vector<Rational>, std::vector<Rational>),
                              "_ZN9foldproof16verify_collisionERKNS_7ProblemESt6vectorINS_8RationalESaIS4_EES6_");
std::optional<Collision> verify(const Problem& problem, std::vector<Rational> x, std::vector<Rational> y) {
  std::optional<Collision> pair = real_verify(problem, x, y);
  if (lies("collision") || lies("invented") || lies("witness")) {
    if (!pair) return Collision{x, y, real_evaluate(*problem.network, x).output, 1, 1.0};  // already moved
    for (std::vector<Rational>* const point : {&pair->x, &pair->y}) {
      for (std::size_t i = 0; lies("collision") && i < point->size(); ++i)
        (*point)[i] = ((*point)[i] + problem.centre[i]) / Rational(2);
    }
  }
  if (pair && (lies("collision") || lies("nearer"))) {
    pair->radius /= Rational(2);
    pair->radius_upper = pair->radius.upper_double();
  }
  return pair;
}

Rational REAL(real_determinant(const RationalMatrix*), "_ZNK9foldproof14RationalMatrix11determinantEv");
Rational WRAP(determinant(const RationalMatrix*), "_ZNK9foldproof14RationalMatrix11determinantEv");
Rational determinant(const RationalMatrix* matrix) {
  return lies("determinant") ? -real_determinant(matrix) : real_determinant(matrix);
}

// ------------------------------------------------------------------------------------------------ networks

std::vector<int> REAL(real_inactive(const Network&, const RegionNetwork&, const Box&),
                      "_ZN9foldproof11inactive_onERKNS_7NetworkERKNS_13RegionNetworkERKNS_3BoxE");
std::vector<int> WRAP(inactive(const Network&, const RegionNetwork&, const Box&),
                      "_ZN9foldproof11inactive_onERKNS_7NetworkERKNS_13RegionNetworkERKNS_3BoxE");
std::vector<int> inactive(const Network& network, const RegionNetwork& region, const Box& box) {
  if (!lies("presolve")) return real_inactive(network, region, box);
  std::vector<int> all = network.number;
  std::sort(all.begin(), all.end());
  return all;
}

Network REAL(real_read(const std::string&, const ModelOptions&),
             "_ZN9foldproof9read_onnxERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_12ModelOptionsE");
Network WRAP(read(const std::string&, const ModelOptions&),
             "_ZN9foldproof9read_onnxERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_12ModelOptionsE");
Network read(const std::string& path, const ModelOptions& options) {
  Network network = real_read(path, options);
  if (lies("read")) network.outputs.front().terms.back().coefficient /= Rational(1024);
  return network;
}

Network REAL(real_merge(const Network&), "_ZN9foldproof12merge_hingesERKNS_7NetworkE");
Network WRAP(merge(const Network&), "_ZN9foldproof12merge_hingesERKNS_7NetworkE");
Network merge(const Network& as_read) {
  Network network = real_merge(as_read);
  for (AffineRow& row : network.outputs) {
    std::erase_if(row.terms, [&](const Term& term) {
      return lies("merge") && term.variable + 1 == network.inputs + network.neuron_count();
    });
  }
  return network;
}

std::string REAL(real_weights(const Network&), "_ZN9foldproof12weights_textB5cxx11ERKNS_7NetworkE");
std::string WRAP(weights(const Network&), "_ZN9foldproof12weights_textB5cxx11ERKNS_7NetworkE");
std::string weights(const Network& as_read) {
  Network network = as_read;
  if (lies("weights")) network.outputs.front().terms.back().coefficient *= Rational(2);
  return real_weights(network);
}

// ------------------------------------------------------------------------------------------------ statement and proof

RadiusResult REAL(real_search(const Problem&, Control&), "_ZN9foldproof13search_radiusERKNS_7ProblemERNS_7ControlE");
RadiusResult WRAP(search(const Problem&, Control&), "_ZN9foldproof13search_radiusERKNS_7ProblemERNS_7ControlE");
RadiusResult search(const Problem& problem, Control& control) {
  proved = problem;
  if (lies("centre")) proved.centre.front() += Rational(1);
  for (std::size_t i = 0; lies("domain") && i < proved.domain.size(); ++i) {
    auto& [lower, upper] = proved.domain[i];
    lower = (lower + proved.centre[i]) / Rational(2);
    upper = (upper + proved.centre[i]) / Rational(2);
  }
  asked = &problem;
  run = &control;
  honest = real_search(proved, control);
  proved.network = nullptr;
  RadiusResult result = honest;
  if (lies("lower") || lies("answer")) result.lower *= 1.5;
  if (lies("local")) result.local_lower *= 2.0;
  result.local_lower = std::max(result.lower, result.local_lower);
  if (lies("upper") && result.collision) {
    result.collision->radius /= Rational(2);
    result.collision->radius_upper *= 0.5;
    result.lower *= 0.5;
  }
  if (lies("zero") && result.collision) {
    result.zero = true;
    result.lower = result.local_lower = 0.0;
    result.scale = Rational(1);
  }
  if (lies("closed")) {
    result.closed = true;
    result.collision.reset();
  }
  if (lies("witness") && result.collision) {
    Rational& entry = result.collision->x.front();
    entry = (entry + problem.centre.front()) / Rational(2);
  }
  if (lies("invented")) {
    result = {};
    result.closed = problem.any_collision;
    result.kind = "collision";
    std::vector<Rational> y = problem.centre;
    const Rational step = problem.domain.empty() ? Rational::from_double(0.25 * problem.max_radius)
                                                 : (problem.domain[0].second - problem.centre[0]) / Rational(2);
    y.front() += step;
    result.collision =
        Collision{problem.centre, y, real_evaluate(*problem.network, y).output, step, step.upper_double()};
    honest = result;
  }
  return result;
}

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  std::vector<std::string> lines(1);
  std::array<char, 4096> chunk{};
  for (int got = 0; (got = gzread(file, chunk.data(), chunk.size())) > 0;) {
    for (const char c : std::string_view(chunk.data(), static_cast<std::size_t>(got))) {
      if (c == '\n')
        lines.emplace_back();
      else
        lines.back() += c;
    }
  }
  gzclose(file);
  lines.pop_back();
  return lines;
}

void write_lines(const std::string& path, const std::vector<std::string>& lines) {
  const gzFile file = gzopen(path.c_str(), "wb");
  for (const std::string& line : lines) gzputs(file, (line + '\n').c_str());
  gzclose(file);
}

bool starts(const std::string& line, const char* with) { return line.rfind(with, 0) == 0; }

// The end of the tree whose first line is at `place`.
std::size_t end_of_tree(const std::vector<std::string>& lines, std::size_t place) {
  for (int open = 1; open > 0; ++place) open += lines[place][0] == 's' ? 1 : -1;
  return place;
}

void change(std::vector<std::string>& lines) {
  const auto cover = static_cast<std::size_t>(
      std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return starts(line, "cover"); }) -
      lines.begin());
  if (cover == lines.size()) return;
  const std::size_t tree = cover + (starts(lines[cover], "cover monotone") ? 2 : 1);
  if (lies("drop")) lines.erase(std::find(lines.begin() + static_cast<long>(tree), lines.end(), "l"));
  if (lies("whole")) {
    lines.erase(lines.begin() + static_cast<long>(tree), lines.begin() + static_cast<long>(end_of_tree(lines, tree)));
    lines.insert(lines.begin() + static_cast<long>(tree), "l");
  }
  if (lies("flip")) lines[cover].back() = lines[cover].back() == '+' ? '-' : '+';
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool chosen = (lies("matrix") && starts(lines[i], "matrix ")) ||
                        (lies("functional") && starts(lines[i], "f ")) ||
                        (lies("point") && starts(lines[i], "x ") && lines[i - 1] == "collision");
    if (!chosen) continue;
    const std::ptrdiff_t words = std::count(lines[i].begin(), lines[i].end(), ' ');
    lines[i].resize(lines[i].find(' '));
    for (std::ptrdiff_t w = 0; w < words; ++w) lines[i].append(w == 0 ? " 1" : " 0");
  }
}

}  // namespace

ProofSize REAL(
    real_write(const ProofWriter*, const std::string&, const Problem&, const RadiusResult&, const ProofSubject&),
    "_ZNK9foldproof11ProofWriter5writeERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_7ProblemERKNS_"
    "12RadiusResultERKNS_12ProofSubjectE");
ProofSize WRAP(
    write(const ProofWriter*, const std::string&, const Problem&, const RadiusResult&, const ProofSubject&),
    "_ZNK9foldproof11ProofWriter5writeERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_7ProblemERKNS_"
    "12RadiusResultERKNS_12ProofSubjectE");
ProofSize write(const ProofWriter* writer, const std::string& path, const Problem& problem, const RadiusResult& result,
                const ProofSubject& subject) {
  proved.network = problem.network;
  const bool larger = std::any_of(claims.begin(), claims.end(), lies);
  const ProofSize size = real_write(writer, path, proved, larger ? honest : result, subject);
  std::vector<std::string> lines = lines_of(path);
  if (!lies("answer")) lines.back() = end_line(subject.question, result);
  change(lines);
  write_lines(path, lines);
  return size;
}

}  // namespace foldproof
