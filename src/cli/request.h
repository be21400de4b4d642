// What the command line asks for, checked and typed. One table of options (options.cpp) feeds flags and help.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "foldproof/dynamics.h"
#include "foldproof/foldproof.h"

namespace foldproof::cli {

enum class Command {
  kNothing,
  kRadius,
  kInjective,
  kPseudo,
  kPreimages,
  kFactor,
  kJ0,
  kInfo,
  kReport,
  kExport,
  kCheck,
  kOrbit
};

struct Request {
  Command command = Command::kNothing;  // kNothing: help or the version was asked for and printed
  std::string typed;                    // the command line as a shell would take it, for "how to reproduce"
  std::string network;                  // NET, or MAP where a map is taken
  ModelOptions model;
  std::string second;  // B; empty: none
  ModelOptions second_model;
  std::optional<std::vector<std::string>> at;
  std::vector<std::pair<std::string, std::string>> box;
  std::string values, points;  // preimages: --of and --at, which are read once the network is known
  Options options;
  bool mip = false;  // --method mip
  MipOptions mip_options;
  std::string write_model;  // target of --write-model; empty: none
  std::string json;         // target of --json; empty: none; "-": standard output
  std::string report;       // target of --report, or of -o; empty: none; of export, "-" is standard output
  std::string proof;        // FILE of the check command
  double resolution = 0;    // of j0; 0: the usual one
  std::string ply;          // target of --ply; empty: none
  std::string record;       // RESULT.json of the report command
  std::map<std::string, std::string> set;  // constants of a map
  OrbitOptions orbit;
  std::optional<Parameter> sweep;
  std::string along;   // file of the points to ask at
  std::string output;  // -o of orbit; empty: standard output
  bool quiet = false;
};

/// Reads the command line; prints help or the version if asked to. @throws InputError in one sentence.
Request read_command_line(int argc, const char* const* argv);

/// True if the file is a polynomial map and not a network: by its ending, .field.
bool names_map(const std::string& path);

/// A word as a POSIX shell would take it: quoted if need be.
std::string shell_word(const std::string& word);

}  // namespace foldproof::cli
