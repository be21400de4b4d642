#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iostream>
#include <set>
#include <utility>
#include <variant>

#include "cli/request.h"
#include "cli/vectors.h"
#include "cli/versions.h"
#include "number/norm.h"
#include "number/rational.h"

namespace foldproof::cli {

namespace {

/// The command line as text, before anything is read into numbers.
struct Raw {
  std::optional<std::string> network, second, second_outputs, record, at, box, norm, scale, domain, outputs, gap,
      max_radius, time, memory, threads, json, report, output, proof, proof_file, steps, skip, thin, sweep, along, of,
      method, threshold, big_m, write_model, resolution, ply;
  std::vector<std::string> fix, set;
  bool quiet = false, no_check = false, pseudo = false;
};

constexpr unsigned kForRadius = 1, kForInjective = 2, kForInfo = 4, kForReport = 8, kForExport = 16, kForCheck = 32,
                   kForOrbit = 64, kForPseudo = 128, kForPreimages = 256, kForJ0 = 512, kForFactor = 1024;
constexpr unsigned kWithProgram = kForRadius | kForPseudo | kForFactor;
constexpr unsigned kOnBall = kForRadius | kForPseudo | kForFactor;
constexpr unsigned kOnBox = kForInjective | kForPreimages | kForJ0;
constexpr unsigned kSolving = kOnBall | kOnBox;
constexpr unsigned kWithNetwork = kSolving | kForInfo | kForExport | kForCheck;
constexpr unsigned kWithTwo = kForFactor | kForCheck;
constexpr unsigned kSwept = kForRadius | kForPseudo;
constexpr unsigned kWithMap = kForOrbit | kForPreimages | kForJ0;

struct Subcommand {
  const char* name;
  Command command;
  unsigned bit;
  const char* help;
  const char* example;
};

constexpr std::array kSubcommands{
    Subcommand{"radius", Command::kRadius, kForRadius,
               "the largest ball around a point on which the network is invertible",
               "foldproof radius flow.onnx --at 1,2.1 --report fold.html"},
    Subcommand{"injective", Command::kInjective, kForInjective,
               "is the network invertible on a box? yes, or a colliding pair",
               "foldproof injective flow.onnx --box 0:2,-1.5:3"},
    Subcommand{"pseudo", Command::kPseudo, kForPseudo,
               "the largest ball around a point in which no other point has the same output",
               "foldproof pseudo flow.onnx --at 1,2.1 --report fold.html"},
    Subcommand{"preimages", Command::kPreimages, kForPreimages,
               "all inputs of a box with a given output, or with the outputs of given inputs",
               "foldproof preimages flow.onnx --at 1,2.1 --box -1.5:4,-1.5:5 --report fold.html"},
    Subcommand{"factor", Command::kFactor, kForFactor,
               "on which balls around a point is network B a function of network A, and A of B?",
               "foldproof factor full.onnx pruned.onnx --at 0,0"},
    Subcommand{"j0", Command::kJ0, kForJ0,
               "where the network folds within a box: points, polylines or a surface, exactly",
               "foldproof j0 flow.onnx --box=-3:3,-3:3 --report j0.html"},
    Subcommand{"info", Command::kInfo, kForInfo, "layers, sizes and hash of a network, and its exact value at a point",
               "foldproof info flow.onnx --at 1,2.1"},
    Subcommand{"check", Command::kCheck, kForCheck, "the independent checker on a proof kept by --proof",
               "foldproof check fold.proof flow.onnx"},
    Subcommand{"export", Command::kExport, kForExport,
               "the network's exact weights as text, for foldproof-check and other checkers of proofs",
               "foldproof export flow.onnx -o flow.weights"},
    Subcommand{"orbit", Command::kOrbit, kForOrbit,
               "iterate a network or a map, and say what the orbit settles down to",
               "foldproof orbit flow.onnx --at 1,2.5 --steps 1000 --skip 500 -o orbit.csv"},
    Subcommand{"report", Command::kReport, kForReport, "an interactive page from a result written by --json",
               "foldproof report result.json -o fold.html"},
};

/// One row per option or positional argument: the only place where they are listed.
struct Row {
  const char* names;
  const char* value;
  unsigned commands;
  unsigned required;
  std::variant<std::optional<std::string> Raw::*, std::vector<std::string> Raw::*, bool Raw::*> target;
  const char* help;
};

const std::array kRows{
    Row{"PROOF", "FILE", kForCheck, kForCheck, &Raw::proof_file, "a proof kept by --proof"},
    Row{"NET", "FILE", kWithNetwork & ~kWithMap, kWithNetwork & ~kWithMap, &Raw::network,
        "the network, an ONNX file; of two, A"},
    Row{"B", "FILE", kWithTwo, kForFactor, &Raw::second,
        "the other network, with the same inputs (check: of a proof of factor)"},
    Row{"NET|MAP", "FILE", kWithMap, kWithMap, &Raw::network,
        "the network (ONNX), or the map: a polynomial field with a time step (.field)"},
    Row{"RESULT", "FILE", kForReport, kForReport, &Raw::record, "a result written by --json"},
    Row{"-o,--output", "FILE", kForReport | kForExport | kForOrbit, kForReport, &Raw::output,
        "the file to write (export and orbit without it: standard output)"},
    Row{"--of", "Y", kForPreimages, 0, &Raw::of,
        "the output: exact decimals, one per output that is kept, or @file.csv or @file.npy with one output a line"},
    Row{"--at", "X", kForPreimages, 0, &Raw::at,
        "instead of --of: the outputs at these points; one point, or @file.csv or @file.npy with one point a line"},
    Row{"--at", "X", kOnBall | kForInfo | kForOrbit, kForFactor | kForOrbit, &Raw::at,
        "the point: exact decimals 1,2.1, or @file.npy, or @file.csv; one number per input that is not fixed"},
    Row{"--along", "FILE", kSwept, 0, &Raw::along,
        "instead of --at: ask at every point of this .csv file, one point a line, such as an orbit"},
    Row{"--sweep", "I=A:B:N", kSwept, 0, &Raw::sweep,
        "ask for N values of input I, from A to B, each frozen as by --fix"},
    Row{"--box", "L:U,...", kOnBox, kOnBox & ~kWithMap, &Raw::box, "the box: lower:upper per input that is not fixed"},
    Row{"--resolution", "W", kForJ0, 0, &Raw::resolution,
        "longest side of the boxes in which the proof encloses J0; default: a part of the longest side of the box"},
    Row{"--ply", "FILE", kForJ0, 0, &Raw::ply, "three inputs: write the surface as a PLY file"},
    Row{"--norm", "NORM", kOnBall, 0, &Raw::norm, "shape of the ball: linf (the default), l1 or l2"},
    Row{"--scale", "S,...", kOnBall, 0, &Raw::scale,
        "weighted ball: distances are |(x - X) / S|, one positive number per input that is not fixed"},
    Row{"--domain", "L:U,...", kOnBall, 0, &Raw::domain, "ask within this box only: ball and box intersected"},
    Row{"--fix", "I=V", kWithNetwork | kWithMap, 0, &Raw::fix,
        "freeze input I (from 0) at V, such as a parameter; repeatable, or I=V,J=W"},
    Row{"--set", "NAME=V", kWithMap, 0, &Raw::set,
        "give a constant of the map, such as tau, another value; repeatable"},
    Row{"--steps", "N", kForOrbit, 0, &Raw::steps, "how many steps to take after the skipped ones; default 1000"},
    Row{"--skip", "M", kForOrbit, 0, &Raw::skip, "steps to take before the first point that is kept; default 0"},
    Row{"--thin", "N", kForOrbit, 0, &Raw::thin, "keep every k-th point, so that at most N stay"},
    Row{"--outputs", "I,J,...", kWithNetwork | kWithMap, 0, &Raw::outputs,
        "keep only these outputs (from 0), in this order"},
    Row{"--outputs-b", "I,J,...", kWithTwo, 0, &Raw::second_outputs, "the same for network B"},
    Row{"--pseudo", "", kForRadius, 0, &Raw::pseudo, "ask the question of 'pseudo' at the same point too"},
    Row{"--gap", "G", kOnBall, 0, &Raw::gap, "stop when (upper - lower) / upper <= G; default 1e-6"},
    Row{"--max-radius", "R", kOnBall, 0, &Raw::max_radius, "look no further than this; default 10 max(1, |X|)"},
    Row{"--time", "SECONDS", kSolving, 0, &Raw::time, "stop after this time and say what is proved so far"},
    Row{"--memory", "GIB", kSolving, 0, &Raw::memory,
        "stop when the search uses this much memory (beyond what the program had before)"},
    Row{"--method", "engine|mip", kWithProgram, 0, &Raw::method,
        "engine (the default): proved; mip: the published mixed-integer program (docs/milp.md), the engine beside it"},
    Row{"--threshold", "T", kWithProgram, 0, &Raw::threshold,
        "mip: an optimum up to T counts as no pair; default 1e-4"},
    Row{"--big-m", "interval|lp", kWithProgram, 0, &Raw::big_m,
        "mip: bounds behind the big-M constants; interval (the default), or tightened by linear programs"},
    Row{"--write-model", "FILE", kWithProgram, 0, &Raw::write_model,
        "write the mixed-integer program for the ball of --max-radius, as .lp or .mps (factor: r_BA beside it, as "
        ".ba.lp); "
        "solves only with --method mip"},
    Row{"--threads", "N", kSolving, 0, &Raw::threads, "how many threads; default one per core"},
    Row{"--proof", "FILE", kSolving, 0, &Raw::proof,
        "keep the proof in this file ('foldproof check' reads it); of --along and --sweep: a folder"},
    Row{"--no-check", "", kSolving, 0, &Raw::no_check, "do not have the answer checked by the independent checker"},
    Row{"--json", "FILE", kSolving | kForInfo | kForOrbit, 0, &Raw::json,
        "write the result as JSON; '-' for standard output"},
    Row{"--report", "FILE", kSolving, 0, &Raw::report, "write an interactive page, one self-contained HTML file"},
    Row{"--quiet", "", kSolving | kForOrbit, 0, &Raw::quiet, "no progress and no hints"},
};

void add_rows(CLI::App& app, const Subcommand& subcommand, Raw& raw) {
  for (const Row& row : kRows) {
    if ((row.commands & subcommand.bit) == 0) continue;
    CLI::Option* option = nullptr;
    if (const auto* flag = std::get_if<bool Raw::*>(&row.target)) {
      option = app.add_flag(row.names, raw.*(*flag), row.help);
    } else if (const auto* list = std::get_if<std::vector<std::string> Raw::*>(&row.target)) {
      option = app.add_option(row.names, raw.*(*list), row.help)->allow_extra_args(false)->type_name(row.value);
    } else {
      const auto text = std::get<std::optional<std::string> Raw::*>(row.target);
      const auto store = [&raw, text](const std::string& value) { raw.*text = value; };
      option = app.add_option_function<std::string>(row.names, store, row.help)->type_name(row.value);
    }
    if ((row.required & subcommand.bit) != 0) option->required();
  }
}

/// A number the program calculates with, not one a proof speaks about. @throws InputError unless positive, finite
double positive(const std::string& option, const std::string& text) {
  const auto exact = Rational::parse(text);
  if (!exact) throw InputError(fmt::format("{} takes a positive number, not '{}'", option, text));
  const double value = exact->nearest_double();
  if (!(value > 0) || !std::isfinite(value)) throw InputError(fmt::format("{} must be positive, not {}", option, text));
  return value;
}

int whole(const std::string& option, const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw InputError(fmt::format("{} takes a whole number from {} to {}, not '{}'", option, least, most, text));
  }
  return value;
}

constexpr int kMostIndices = 1'000'000;
constexpr int kMostThreads = 1024;

/// `outputs` was given as `option`.
ModelOptions model_options(const Raw& raw, const std::optional<std::string>& outputs, const std::string& option) {
  ModelOptions result;
  std::vector<std::string> fixes;
  for (const std::string& list : raw.fix) {
    for (std::string& one : split(list, ',')) fixes.push_back(std::move(one));
  }
  for (const std::string& text : fixes) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw InputError(fmt::format("--fix takes INDEX=VALUE such as 2=0.2, not '{}'", text));
    }
    const int index = whole("the index of --fix", text.substr(0, equals), 0, kMostIndices);
    const std::string value = text.substr(equals + 1);
    if (!Rational::parse(value)) {
      throw InputError(fmt::format("--fix {}: '{}' is not a number; write decimals such as 0.2", text, value));
    }
    if (!result.fix.emplace(index, value).second) {
      throw InputError(fmt::format("--fix names input {} twice; give each input one value", index));
    }
  }
  if (outputs) {
    for (const std::string& text : split(*outputs, ',')) {
      result.outputs.push_back(whole("an index of " + option, text, 0, kMostIndices));
    }
    const std::set<int> distinct(result.outputs.begin(), result.outputs.end());
    if (distinct.size() != result.outputs.size()) {
      throw InputError(fmt::format("{} {} names an output twice; name each output once", option, *outputs));
    }
  }
  return result;
}

/// NAME=VALUE, repeatable. @throws InputError
std::map<std::string, std::string> map_constants(const Raw& raw) {
  std::map<std::string, std::string> result;
  for (const std::string& list : raw.set) {
    for (const std::string& text : split(list, ',')) {
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos || !Rational::parse(text.substr(equals + 1))) {
        throw InputError(fmt::format("--set takes NAME=VALUE such as tau=0.15, not '{}'", text));
      }
      if (!result.emplace(text.substr(0, equals), text.substr(equals + 1)).second) {
        throw InputError(fmt::format("--set names '{}' twice; give each constant one value", text.substr(0, equals)));
      }
    }
  }
  return result;
}

/// I=A:B:N. @throws InputError
Parameter swept_parameter(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::vector<std::string> parts =
      equals == std::string::npos ? std::vector<std::string>{} : split(text.substr(equals + 1), ':');
  constexpr std::size_t kParts = 3;
  if (parts.size() != kParts) {
    throw InputError(fmt::format("--sweep takes INPUT=FIRST:LAST:COUNT such as 2=1.8:2.6:100, not '{}'", text));
  }
  Parameter result;
  result.input = whole("the index of --sweep", text.substr(0, equals), 0, kMostIndices);
  for (const std::string& end : {parts[0], parts[1]}) {
    if (!Rational::parse(end)) {
      throw InputError(fmt::format("--sweep {}: '{}' is not a number; write decimals such as 0.2", text, end));
    }
  }
  result.from = parts[0];
  result.to = parts[1];
  result.count = whole("the count of --sweep", parts[2], 2, kMostIndices);
  return result;
}

/// Maps have none of these. @throws InputError
void refuse_network_options(const Raw& raw, const Subcommand& subcommand) {
  if ((subcommand.bit & kWithMap) == 0) {
    throw InputError(fmt::format("'{}' is about networks, and {} is a map; see 'foldproof {} --help'", subcommand.name,
                                 *raw.network, subcommand.name));
  }
  if (raw.outputs || !raw.fix.empty()) {
    throw InputError("--fix and --outputs are for networks; the constants of a map are set with --set NAME=VALUE");
  }
  for (const auto& [option, given] : {std::pair{"--proof", &raw.proof}, std::pair{"--time", &raw.time},
                                      std::pair{"--memory", &raw.memory}, std::pair{"--threads", &raw.threads},
                                      std::pair{"--resolution", &raw.resolution}, std::pair{"--ply", &raw.ply}}) {
    if (!*given) continue;
    throw InputError(fmt::format("{} is for networks; leave it out for a map (--json writes its answer)", option));
  }
}

OrbitOptions orbit_options(const Raw& raw) {
  constexpr int kMostSteps = 100'000'000;
  OrbitOptions result;
  if (raw.steps) result.steps = static_cast<std::size_t>(whole("--steps", *raw.steps, 1, kMostSteps));
  if (raw.skip) result.skip = static_cast<std::size_t>(whole("--skip", *raw.skip, 0, kMostSteps));
  if (raw.thin) result.most_points = static_cast<std::size_t>(whole("--thin", *raw.thin, 1, kMostSteps));
  return result;
}

Options solving_options(const Raw& raw) {
  Options result;
  if (raw.norm) {
    if (!norm_named(*raw.norm))
      throw InputError(fmt::format("--norm '{}' is not known; use linf, l1 or l2", *raw.norm));
    result.norm = *raw.norm;
  }
  if (raw.scale) result.scale = read_vector("--scale", *raw.scale);
  if (raw.gap) {
    result.gap = positive("--gap", *raw.gap);
    if (result.gap >= 1) throw InputError(fmt::format("--gap must be below 1, not {}; it is relative", *raw.gap));
  }
  if (raw.max_radius) {
    positive("--max-radius", *raw.max_radius);
    result.max_radius = *raw.max_radius;
  }
  if (raw.domain) result.domain = read_box("--domain", *raw.domain);
  if (raw.time) result.time = positive("--time", *raw.time);
  if (raw.memory) result.memory_gib = positive("--memory", *raw.memory);
  if (raw.proof) result.proof = *raw.proof;
  result.check = !raw.no_check;
  result.pseudo = raw.pseudo;
  if (raw.threads) result.threads = whole("--threads", *raw.threads, 1, kMostThreads);
  return result;
}

/// Refuses the first of these options that is given; `why` says why, with {} for its name.
using Given = std::pair<const char*, const std::optional<std::string>*>;
void refuse(std::initializer_list<Given> options, const char* why) {
  for (const auto& [option, given] : options) {
    if (*given) throw InputError(fmt::format(fmt::runtime(why), option));
  }
}

void read_mip(const Raw& raw, Request& request) {
  if (raw.method && *raw.method != "engine" && *raw.method != "mip") {
    throw InputError(fmt::format("--method '{}' is not known; use engine or mip", *raw.method));
  }
  request.mip = raw.method == "mip";
  if (raw.big_m) request.mip_options.big_m = *raw.big_m;
  if (raw.threshold) request.mip_options.threshold = positive("--threshold", *raw.threshold);
  if (raw.write_model) {
    request.write_model = *raw.write_model;
    if (!request.write_model.ends_with(".lp") && !request.write_model.ends_with(".mps")) {
      throw InputError(
          fmt::format("--write-model '{}' must end in .lp or .mps, the two formats there are", request.write_model));
    }
  }
  if (request.mip || raw.write_model) {
    refuse({{"--along", &raw.along}, {"--sweep", &raw.sweep}},
           "a mixed-integer program asks about one ball, not about those of {}; ask at one point");
    if (raw.pseudo) throw InputError("--pseudo asks the engine a second question; ask the program with 'pseudo'");
  }
  if (request.mip) {
    refuse({{"--proof", &raw.proof}}, "a mixed-integer program proves nothing that {} could keep; use --method engine");
    if (raw.norm == "l2") {
      throw InputError(
          "HiGHS cannot solve a program with the quadratic ball of --norm l2; write it with --write-model "
          "alone for a solver that can (SCIP, Gurobi), or use --method engine");
    }
    if (raw.gap) request.mip_options.gap = std::exchange(request.options.gap, Options().gap);
  } else if (raw.write_model) {
    refuse({{"--json", &raw.json},
            {"--report", &raw.report},
            {"--proof", &raw.proof},
            {"--gap", &raw.gap},
            {"--threshold", &raw.threshold},
            {"--time", &raw.time}},
           "--write-model alone solves nothing, so {} has no use; add --method mip");
    if (raw.method) throw InputError("--write-model writes a mixed-integer program; leave --method engine out");
  } else {
    refuse({{"--threshold", &raw.threshold}, {"--big-m", &raw.big_m}},
           "{} is about the mixed-integer program; add --method mip");
  }
}

Request typed_request(const Raw& raw, const Subcommand& subcommand) {
  Request request;
  request.command = subcommand.command;
  request.network = raw.network.value_or("");
  request.record = raw.record.value_or("");
  request.model = model_options(raw, raw.outputs, "--outputs");
  request.second = raw.second.value_or("");
  request.second_model = model_options(raw, raw.second_outputs, "--outputs-b");
  request.options = solving_options(raw);
  read_mip(raw, request);
  request.orbit = orbit_options(raw);
  request.set = map_constants(raw);
  if (!names_map(request.network) && !request.set.empty()) {
    throw InputError("--set gives the constants of a map; a network has none, its inputs are frozen with --fix");
  }
  if (names_map(request.network)) refuse_network_options(raw, subcommand);
  if (request.command == Command::kPreimages) {
    request.values = raw.of.value_or("");
    request.points = raw.at.value_or("");
    if (request.values.empty() == request.points.empty()) {
      throw InputError("say which outputs: either --of Y, or --at X for the output at X");
    }
  } else if (raw.at) {
    request.at = read_vector("--at", *raw.at);
  }
  if (raw.sweep) request.sweep = swept_parameter(*raw.sweep);
  if (raw.along) {
    request.along = *raw.along;
    if (raw.at || raw.sweep) throw InputError("--along names all points to ask at; leave out --at and --sweep");
  }
  if ((subcommand.bit & kSwept) != 0 && !raw.at && !raw.along) {
    throw InputError(fmt::format("--at is required; see 'foldproof {} --help'", subcommand.name));
  }
  if (raw.box) request.box = read_box("--box", *raw.box);
  if ((subcommand.bit & kOnBox) != 0 && !raw.box &&
      !(request.command == Command::kPreimages && names_map(request.network))) {
    throw InputError(fmt::format("--box is required; see 'foldproof {} --help'", subcommand.name));
  }
  request.quiet = raw.quiet;
  for (const auto& [option, given] :
       {std::pair{"--json", &raw.json}, std::pair{"--report", &raw.report}, std::pair{"-o", &raw.output},
        std::pair{"--proof", &raw.proof}, std::pair{"--ply", &raw.ply}}) {
    if (*given && (*given)->empty()) throw InputError(fmt::format("{} needs the name of a file to write", option));
  }
  request.json = raw.json.value_or("");
  if (request.command == Command::kOrbit) {
    request.output = raw.output.value_or("");
    if (request.output == "-") request.output.clear();
    if (request.json == "-" && request.output.empty()) {
      throw InputError("the orbit and --json - cannot both go to standard output; name a file with -o orbit.csv");
    }
    return request;
  }
  request.report = raw.report ? *raw.report : raw.output.value_or("");
  request.proof = raw.proof_file.value_or("");
  request.ply = raw.ply.value_or("");
  if (raw.resolution) request.resolution = positive("--resolution", *raw.resolution);
  if (request.command == Command::kExport) return request;
  if (request.options.proof == "-")
    throw InputError("a proof cannot go to standard output; name a file such as fold.proof");
  if (request.report == "-") throw InputError("a report cannot go to standard output; name a file such as fold.html");
  if (request.ply == "-") throw InputError("a surface cannot go to standard output; name a file such as j0.ply");
  const std::array named{std::pair{"--json", request.json}, std::pair{"--report", request.report},
                         std::pair{"--proof", request.options.proof}, std::pair{"--write-model", request.write_model},
                         std::pair{"--ply", request.ply}};
  for (std::size_t a = 0; a < named.size(); ++a) {
    for (std::size_t b = a + 1; b < named.size(); ++b) {
      if (named[a].second.empty() || named[a].second != named[b].second) continue;
      throw InputError(fmt::format("{} and {} both name '{}'; give them two names", named[a].first, named[b].first,
                                   named[a].second));
    }
  }
  return request;
}

/// A first word that is no command gets a better sentence than CLI11's.
void check_first_word(int argc, const char* const* argv) {
  std::string names;
  for (const Subcommand& subcommand : kSubcommands) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", subcommand.name);
  }
  if (argc < 2) throw InputError(fmt::format("say what to do: {}; see 'foldproof --help'", names));
  const std::string first = argv[1];
  const auto is_first = [&](const Subcommand& subcommand) { return first == subcommand.name; };
  if (first == "--help" || first == "-h" || first == "--version") return;
  if (first.starts_with('-')) {
    throw InputError(fmt::format("'{}' stands before any command; start with one of {}", first, names));
  }
  if (std::none_of(kSubcommands.begin(), kSubcommands.end(), is_first)) {
    throw InputError(fmt::format("'{}' is not a command of this version; the commands are {}", first, names));
  }
}

/// Steps from one word to the other: letters changed, left out, put in, or two neighbours exchanged.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      std::size_t& best = steps[i][j] = i + j;
      if (i > 0) best = std::min(best, steps[i - 1][j] + 1);
      if (j > 0) best = std::min(best, steps[i][j - 1] + 1);
      if (i > 0 && j > 0) best = std::min(best, steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = std::min(best, steps[i - 2][j - 2] + 1);
    }
  }
  return steps.back().back();
}

/// What was meant by an option that is none of the command's.
std::string unknown_option(const std::string& word, const Subcommand& subcommand) {
  const std::string name = word.substr(0, word.find('='));
  constexpr std::size_t kNear = 2;
  std::string meant;
  std::size_t nearest = kNear + 1;
  for (const Row& row : kRows) {
    const std::string other = row.names;
    if ((row.commands & subcommand.bit) == 0 || !other.starts_with("--")) continue;
    if (const std::size_t steps = distance(name, other); steps < nearest) {
      nearest = steps;
      meant = other;
    }
  }
  return fmt::format("{} is not an option of {}{}", name, subcommand.name,
                     meant.empty() ? "" : fmt::format("; did you mean {}?", meant));
}

/// CLI11's complaints, the terse ones in better words. `words`: all that was given, the command first.
std::string sentence(const CLI::ParseError& error, const std::vector<std::string>& words) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string option = text.substr(0, text.find(':'));
    return option + (text.find("missing") == std::string::npos ? " is given more than once" : " needs a value");
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    // CLI11 lists them backwards, a value before its option.
    const std::string extras = text.substr(text.rfind(": ") + 2);
    const auto subcommand = std::find_if(kSubcommands.begin(), kSubcommands.end(),
                                         [&](const Subcommand& known) { return words.front() == known.name; });
    for (const std::string& word : words) {
      const bool extra = (" " + extras + " ").find(" " + word + " ") != std::string::npos;
      if (extra && word.starts_with("--") && subcommand != kSubcommands.end()) return unknown_option(word, *subcommand);
    }
    return fmt::format("'{}' is not expected here", extras);
  }
  return text;
}

}  // namespace

bool names_map(const std::string& path) { return path.ends_with(".field"); }

std::string shell_word(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string("_-+=.,:/@%").find(c) != std::string::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Request read_command_line(int argc, const char* const* argv) {
  check_first_word(argc, argv);
  CLI::App app{"foldproof: is this neural network invertible here, and where does it fold?", "foldproof"};
  app.set_version_flag("--version", versions);
  app.require_subcommand(1);
  Raw raw;
  std::array<CLI::App*, kSubcommands.size()> parsers{};
  for (std::size_t i = 0; i < kSubcommands.size(); ++i) {
    parsers[i] = app.add_subcommand(kSubcommands[i].name, kSubcommands[i].help);
    parsers[i]->footer(
        fmt::format("Example: {}\nExit codes: 0 answered, 1 refuted (yes/no questions), 2 bad usage or "
                    "input, 3 stopped early or still open, 4 our own proof was refused (a bug).",
                    kSubcommands[i].example));
    add_rows(*parsers[i], kSubcommands[i], raw);
  }
  std::string help = "foldproof --help";
  if (argc > 1 && argv[1][0] != '-') help = fmt::format("foldproof {} --help", argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      throw InputError(fmt::format("{}; see '{}'", sentence(error, {argv + 1, argv + argc}), help));
    app.exit(error, std::cout, std::cerr);
    return {};
  }
  const auto chosen =
      std::find_if(parsers.begin(), parsers.end(), [](const CLI::App* parser) { return parser->parsed(); });
  Request request = typed_request(raw, kSubcommands[static_cast<std::size_t>(chosen - parsers.begin())]);
  request.typed = "foldproof";
  for (int i = 1; i < argc; ++i) request.typed += " " + shell_word(argv[i]);
  return request;
}

}  // namespace foldproof::cli
