// foldproof on the command line: ask, show progress, print the answer, write the record and the page.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <new>

#include "cli/delivery.h"
#include "cli/map_command.h"
#include "cli/orbit_text.h"
#include "cli/output_file.h"
#include "cli/preimages_command.h"
#include "cli/progress.h"
#include "cli/record_file.h"
#include "cli/request.h"
#include "cli/sweep_command.h"
#include "cli/text.h"

namespace foldproof::cli {

namespace {

enum ExitCode { kAnswered = 0, kRefuted = 1, kBadInput = 2, kStopped = 3, kInternal = 4 };

ExitCode exit_code(const Outcome& answer) {
  if (!answer.proof.refused.empty()) return kInternal;
  return answer.status == "solved" ? kAnswered : kStopped;
}

ExitCode exit_code(const Answer& answer) {
  if (!answer.proof.refused.empty()) return kInternal;
  if (answer.question == "injective" && answer.verdict == "refuted") return kRefuted;
  if (answer.pseudo && exit_code(*answer.pseudo) != kAnswered) return exit_code(*answer.pseudo);
  return exit_code(static_cast<const Outcome&>(answer));
}

// The engine beside the published method: it answers first, and is seen at once, as the MILP may take for ever.
constexpr double kMostEngineSeconds = 60;

MipQuestion mip_question(const Request& request, const Model& model) {
  return {request.command == Command::kPseudo ? "pseudo" : "radius", &model, nullptr, *request.at};
}

ExitCode write_programs(const Request& request) {
  const bool two = request.command == Command::kFactor, mps = request.write_model.ends_with(".mps");
  const OutputFile file("--write-model", request.write_model);
  const Model a = Model::load(request.network, request.model);
  if (!two) {
    file.write(mip_program(mip_question(request, a), request.options, request.mip_options, mps));
    return kAnswered;
  }
  const OutputFile other("--write-model", proof_of_ba(request.write_model));
  const Model b = Model::load(request.second, request.second_model);
  file.write(mip_program({"factor", &a, &b, *request.at}, request.options, request.mip_options, mps));
  other.write(mip_program({"factor", &b, &a, *request.at}, request.options, request.mip_options, mps));
  return kAnswered;
}

Options options_of_engine(Options options) {
  options.time = options.time > 0 ? std::min(options.time, kMostEngineSeconds) : kMostEngineSeconds;
  return options;
}

ExitCode exit_code_of_mip(std::initializer_list<const MipAnswer*> answers) {
  ExitCode code = kAnswered;
  std::string refusals;
  for (const MipAnswer* const answer : answers) {
    if (answer->status != "solved") code = kStopped;
    if (answer->engine) refusals += refusal_text(*answer->engine);
  }
  print(stderr, refusals);
  return refusals.empty() ? code : kInternal;
}

ExitCode solve_mip(const Request& request) {
  const Delivery delivery(request);
  if (!request.write_model.empty()) write_programs(request);
  const Model model = Model::load(request.network, request.model);

  ProgressLine progress(request.quiet, request.options.time);
  const Options options = delivery.watched(progress);
  const MipQuestion question = mip_question(request, model);
  require_solvable(question, options, request.mip_options);
  Answer engine =
      (request.command == Command::kPseudo ? pseudo : radius)(model, *request.at, options_of_engine(options));
  progress.erase();
  delivery.say(engine_text(engine));
  MipAnswer answer = mip(question, options, request.mip_options);
  confront(answer, std::move(engine));
  progress.erase();

  delivery.give(mip_text(answer), [&] { return to_json(model, answer, true); });
  return exit_code_of_mip({&answer});
}

ExitCode solve_mip_of_two(const Request& request) {
  const Delivery delivery(request);
  if (!request.write_model.empty()) write_programs(request);
  const Model a = Model::load(request.network, request.model);
  const Model b = Model::load(request.second, request.second_model);

  ProgressLine progress(request.quiet, request.options.time);
  const Options options = delivery.watched(progress);
  require_solvable({"factor", &a, &b, *request.at}, options, request.mip_options);
  FactorAnswer engine = factor(a, b, *request.at, options_of_engine(options));
  progress.erase();
  delivery.say(engine_text(engine));
  MipFactorAnswer answer = mip_factor(a, b, *request.at, options, request.mip_options);
  confront(answer, std::move(engine));
  progress.erase();

  delivery.give(mip_text(answer), [&] { return to_json(a, b, answer, true); });
  return exit_code_of_mip({&answer.ab, &answer.ba});
}

/// What a solving command says.
struct Said {
  std::string words, refusal, record;
  ExitCode code;
};

Said ask_one(const Request& request, const Options& options, bool with_record) {
  const Model model = Model::load(request.network, request.model);
  const Answer answer = request.command == Command::kRadius   ? radius(model, *request.at, options)
                        : request.command == Command::kPseudo ? pseudo(model, *request.at, options)
                                                              : injective(model, request.box, options);
  return {request.command == Command::kInjective ? injective_text(answer) : radius_text(answer),
          refusal_text(answer) + (answer.pseudo ? refusal_text(*answer.pseudo) : ""),
          with_record ? to_json(model, answer, true) : "", exit_code(answer)};
}

Said ask_two(const Request& request, const Options& options, bool with_record) {
  const Model a = Model::load(request.network, request.model);
  const Model b = Model::load(request.second, request.second_model);
  const FactorAnswer answer = factor(a, b, *request.at, options);
  return {factor_text(answer), refusal_text(answer.ab) + refusal_text(answer.ba),
          with_record ? to_json(a, b, answer, true) : "", std::max(exit_code(answer.ab), exit_code(answer.ba))};
}

ExitCode solve(const Request& request) {
  if (request.mip) return request.command == Command::kFactor ? solve_mip_of_two(request) : solve_mip(request);
  if (!request.write_model.empty()) return write_programs(request);
  const Delivery delivery(request);

  ProgressLine progress(request.quiet, request.options.time);
  const Options options = delivery.watched(progress);
  const Said said = request.command == Command::kFactor ? ask_two(request, options, delivery.wants_record())
                                                        : ask_one(request, options, delivery.wants_record());
  progress.erase();

  delivery.give(said.words, [&] { return said.record; });
  delivery.close(said.refusal);
  return said.code;
}

ExitCode locus(const Request& request) {
  const Delivery delivery(request);
  std::optional<OutputFile> ply;
  if (!request.ply.empty()) ply.emplace("--ply", request.ply);
  const Model model = Model::load(request.network, request.model);
  if (ply && model.inputs() != 3) {
    throw InputError(
        fmt::format("--ply writes a surface, and needs three free inputs, not {}; use --json instead", model.inputs()));
  }

  ProgressLine progress(request.quiet, request.options.time);
  LocusOptions options;
  static_cast<Options&>(options) = delivery.watched(progress);
  options.resolution = request.resolution;
  const Locus answer = j0(model, request.box, options);
  progress.erase();

  const std::string refusal = refusal_text(answer);
  delivery.give(locus_text(answer), [&] { return to_json(model, answer, true); });
  if (ply && refusal.empty()) ply->write(to_ply(answer));
  if (ply && delivery.hints(refusal)) print(stdout, fmt::format("  surface: {}\n", request.ply));
  delivery.close(refusal, "j0.html");
  return exit_code(answer);
}

ExitCode info(const Request& request) {
  const bool json_on_output = request.json == "-";
  std::optional<OutputFile> json;
  if (!request.json.empty() && !json_on_output) json.emplace("--json", request.json);
  const Model model = Model::load(request.network, request.model);
  std::optional<std::vector<std::string>> value;
  if (request.at) value = model.evaluate(*request.at);
  const auto* const at = request.at ? &*request.at : nullptr;
  const auto* const image = value ? &*value : nullptr;
  if (json_on_output) {
    print(stdout, info_json(model, at, image));
    return kAnswered;
  }
  print(stdout, info_text(model, at, image));
  if (json) json->write(info_json(model, at, image));
  return kAnswered;
}

ExitCode export_weights(const Request& request) {
  if (request.report.empty() || request.report == "-") {
    print(stdout, Model::load(request.network, request.model).weights());
    return kAnswered;
  }
  const OutputFile file("-o", request.report);
  file.write(Model::load(request.network, request.model).weights());
  return kAnswered;
}

ExitCode check(const Request& request) {
  const Model model = Model::load(request.network, request.model);
  const CheckAnswer answer =
      request.second.empty()
          ? foldproof::check(model, request.proof)
          : foldproof::check(model, Model::load(request.second, request.second_model), request.proof);
  print(stdout, answer.words);
  return answer.code == 0 ? kAnswered : answer.code == 1 ? kRefuted : kBadInput;
}

ExitCode sweep(const Request& request) {
  switch (sweep_command(request, request.command == Command::kPseudo ? pseudo : radius)) {
    case SweepEnd::kAnswered:
      return kAnswered;
    case SweepEnd::kStopped:
      return kStopped;
    case SweepEnd::kRefused:
      return kInternal;
  }
  return kInternal;
}

ExitCode orbit(const Request& request) {
  std::optional<OutputFile> csv, json;
  if (!request.output.empty()) csv.emplace("-o", request.output);
  if (!request.json.empty() && request.json != "-") json.emplace("--json", request.json);
  std::optional<Map> map;
  std::optional<Model> model;
  if (names_map(request.network)) {
    map = Map::load(request.network, request.set);
  } else {
    model = Model::load(request.network, request.model);
  }
  const Orbit found =
      map ? foldproof::orbit(*map, *request.at, request.orbit) : foldproof::orbit(*model, *request.at, request.orbit);
  const std::string table = orbit_csv(found, request.typed);
  csv ? csv->write(table) : print(stdout, table);
  if (!request.json.empty()) {
    const std::string record = map ? to_json(*map, found) : to_json(*model, found);
    json ? json->write(record) : print(stdout, record);
  }
  const bool output_taken = !csv || request.json == "-";
  if (!output_taken || !request.quiet) print(output_taken ? stderr : stdout, orbit_text(found, request.output));
  return kAnswered;
}

ExitCode report(const Request& request) {
  const OutputFile page("-o", request.report);
  const std::string record = read_record(request.record);
  page.write(to_html(record, command_of_record(record)));
  return kAnswered;
}

ExitCode run(int argc, const char* const* argv) {
  const Request request = read_command_line(argc, argv);
  switch (request.command) {
    case Command::kNothing:
      return kAnswered;
    case Command::kJ0:
      if (names_map(request.network)) return map_fold_command(request) ? kAnswered : kStopped;
      return locus(request);
    case Command::kInfo:
      return info(request);
    case Command::kReport:
      return report(request);
    case Command::kExport:
      return export_weights(request);
    case Command::kCheck:
      return check(request);
    case Command::kPreimages: {
      if (names_map(request.network)) return map_preimages_command(request) ? kAnswered : kStopped;
      const Preimages answer = preimages_command(request);
      if (!answer.proof.refused.empty()) return kInternal;
      return answer.status == "solved" ? kAnswered : kStopped;
    }
    case Command::kOrbit:
      return orbit(request);
    case Command::kRadius:
    case Command::kPseudo:
    case Command::kInjective:
    case Command::kFactor:
      if (request.sweep || !request.along.empty()) return sweep(request);
      return solve(request);
  }
  return kInternal;
}

}  // namespace

}  // namespace foldproof::cli

int main(int argc, char** argv) {
  using namespace foldproof::cli;
  try {
    return run(argc, argv);
  } catch (const foldproof::InputError& error) {
    fmt::print(stderr, "foldproof: {}\n", error.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "foldproof: out of memory before anything could be said; ask about a smaller network or ball\n");
    return kStopped;
  } catch (const std::exception& error) {
    fmt::print(stderr, "foldproof: internal error ({}); please report it with the command and the network\n",
               error.what());
    return kInternal;
  }
}
