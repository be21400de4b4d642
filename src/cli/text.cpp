#include "cli/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "model/network.h"
#include "number/decimal.h"
#include "number/rational.h"

namespace foldproof::cli {

namespace {

Rational exact(const std::string& text) { return Rational::parse(text).value(); }

bool is_short(const Rational& x) { return x.pretty(short_decimal).find('/') == std::string::npos; }

std::string radius_number(const Rational& x, const Answer& answer, Towards towards) {
  return bracket_end(x, answer.lower, answer.upper, towards);
}

bool all_short(const std::vector<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return is_short(exact(text)); });
}

std::string limit_words(const std::string& limit) {
  static const std::map<std::string, std::string> words{
      {"fold", "a fold: the map turns over, the sign of its Jacobian determinant changes"},
      {"collision", "a collision far away: two separate parts of the ball have the same image"},
      {"flat", "a flat region: the map is constant along a segment"},
      {"branch", "a branch point: the determinant keeps its sign, yet the map winds around the point more than once"},
      {"preimage", "another input with the centre's output, isolated on its linear piece"},
      {"none_within_domain", "none within the whole domain"},
      {"none_within_max_radius", "none up to the largest radius asked for"},
  };
  const auto found = words.find(limit);
  return found == words.end() ? "" : found->second;
}

/// `a` and `b` name the networks of Problem 3.
std::string witness_text(const Answer& answer, const std::string& a = "", const std::string& b = "") {
  if (!answer.witness) return "";
  const Witness& witness = *answer.witness;
  bool exactly = true;
  for (const auto* texts :
       {&witness.x_exact, &witness.y_exact, &witness.f_exact, &witness.b_x_exact, &witness.b_y_exact}) {
    exactly = exactly && all_short(*texts);
  }
  std::string text = fmt::format("  two inputs, {}{}:\n    x = {}\n    y = {}\n",
                                 a.empty() ? "one output" : fmt::format("one output of {}, two of {}", a, b),
                                 exactly ? "" : " (exact rationals in --json, nearest doubles here)",
                                 point_text(witness.x_exact), point_text(witness.y_exact));
  const std::string f = a.empty() ? "f" : a;
  text += fmt::format("    {0}(x) = {0}(y) = {1}\n", f, point_text(witness.f_exact));
  if (!a.empty()) {
    text += fmt::format("    {0}(x) = {1}\n    {0}(y) = {2}\n", b, point_text(witness.b_x_exact),
                        point_text(witness.b_y_exact));
  }
  if (answer.witness_scale_exact) {
    text += "  the pair can be drawn in to the centre as close as one likes, and collides all the way\n";
  }
  return text;
}

std::string place_text(const Answer& answer) {
  if (answer.resisting_place.empty()) return "";
  std::vector<std::string> sides;
  for (const auto& [lower, upper] : answer.resisting_place) sides.push_back(fmt::format("{}:{}", lower, upper));
  return fmt::format("  the place that resists: {}\n", fmt::join(sides, ","));
}

std::string duration(double seconds) {
  return seconds < 1 ? fmt::format("{:.3g} ms", 1e3 * seconds) : fmt::format("{:.3g} s", seconds);
}

std::string pseudo_first_line(const Answer& answer) {
  const Rational lower = exact(answer.lower_exact);
  const bool whole_domain = answer.limit == "none_within_domain";
  const std::string proved = lower.is_zero()
                                 ? std::string("no ball is proved to hold no other input with the centre's output yet")
                                 : fmt::format("proved: no other input has the centre's output on {} of radius {}",
                                               whole_domain ? "the whole domain, a ball" : "the ball",
                                               radius_number(lower, answer, Towards::zero));
  if (!answer.upper_exact) {
    return whole_domain || answer.limit == "none_within_max_radius" ? proved
                                                                    : proved + ", and none is known farther out";
  }
  const Rational upper = exact(*answer.upper_exact);
  if (upper.is_zero()) {
    return "the centre is not isolated: inputs as close to it as one likes have the same output, the radius is 0";
  }
  return fmt::format("{}, another one at {}", proved, radius_number(upper, answer, Towards::above));
}

std::string first_line(const Answer& answer) {
  if (answer.question == "pseudo") return pseudo_first_line(answer);
  const Rational lower = exact(answer.lower_exact);
  const bool whole_domain = answer.limit == "none_within_domain";
  const std::string proved = lower.is_zero() ? std::string("no ball is proved invertible yet")
                                             : fmt::format("proved invertible on {} of radius {}",
                                                           whole_domain ? "the whole domain, a ball" : "the ball",
                                                           radius_number(lower, answer, Towards::zero));
  if (!answer.upper_exact) {
    return whole_domain || answer.limit == "none_within_max_radius" ? proved : proved + ", not refuted anywhere yet";
  }
  const Rational upper = exact(*answer.upper_exact);
  const std::string kind = answer.limit.empty() ? "" : fmt::format(" ({})", answer.limit);
  if (upper.is_zero()) return "not invertible on any ball around the centre: the radius is 0" + kind;
  return fmt::format("{}, refuted at {}{}", proved, radius_number(upper, answer, Towards::above), kind);
}

}  // namespace

std::string point_text(const std::vector<std::string>& exact_texts) {
  std::vector<std::string> entries;
  for (const std::string& text : exact_texts) {
    const Rational x = exact(text);
    entries.push_back(is_short(x) ? x.pretty(short_decimal) : fmt::format("{}", x.nearest_double()));
  }
  return fmt::format("({})", fmt::join(entries, ", "));
}

std::string stop_words(const Outcome& answer) {
  const std::string reason = answer.stop_reason.value_or("");
  if (reason == "time") return "stopped: the time of --time is used up";
  if (reason == "memory") return "stopped: the memory of --memory is used up";
  if (reason == "interrupt") return "stopped: interrupted";
  if (reason == "refused") return "withdrawn: the independent checker refused the proof, so nothing is claimed";
  return "open: the rest could not be decided";
}

std::string effort_text(const Effort& effort) {
  return fmt::format("  {} on {}: {}, {}, {}, {:.0f} MiB\n", duration(effort.seconds),
                     count_of(static_cast<std::uint64_t>(effort.threads), "thread"),
                     count_of(effort.regions_tested, "region"), count_of(effort.pairs_tested, "pair"),
                     count_of(effort.slope_nodes, "slope node"), effort.peak_memory_mib);
}

std::string proof_text(const Outcome& answer) {
  const Proof& proof = answer.proof;
  if (proof.network_sha256.empty()) return "  not checked: --no-check\n";
  const std::string size =
      fmt::format("{}{}, {}", (proof.leaves == 1 ? std::string("1 leaf") : fmt::format("{} leaves", proof.leaves)),
                  proof.pairs > 0 ? ", " + count_of(proof.pairs, "pair") : "",
                  proof.bytes < 10240 ? count_of(proof.bytes, "byte")
                                      : fmt::format("{:.0f} KiB", static_cast<double>(proof.bytes) / 1024));
  if (!proof.refused.empty())
    return fmt::format("  proof: REFUSED ({}), after {}\n", size,
                       proof.attempts == 1 ? std::string("1 search") : fmt::format("{} searches", proof.attempts));
  if (!proof.checked) return fmt::format("  proof: {} ({}), not checked\n", proof.file, size);
  std::string text =
      fmt::format("  proof: accepted by the independent checker in {} ({}){}\n", duration(proof.check_seconds), size,
                  proof.file.empty() ? "" : ", kept in " + proof.file);
  if (proof.refused_leaves > 0) {
    text += fmt::format(
        "  the checker refused {} of our leaves first, and the radius was drawn in below: please report this\n",
        proof.refused_leaves);
  }
  return text;
}

std::string radius_text(const Answer& answer) {
  std::string text = first_line(answer) + "\n";
  if (answer.status != "solved") text += fmt::format("  {}\n", stop_words(answer));
  if (const std::string words = limit_words(answer.limit); !words.empty()) text += fmt::format("  limit: {}\n", words);
  if (answer.question == "radius" && answer.status != "solved" && answer.local_lower > answer.lower) {
    text += fmt::format("  no fold within radius {:.7g}, proved\n", answer.local_lower);
  }
  text += witness_text(answer) + place_text(answer) + effort_text(answer.effort) + proof_text(answer);
  return answer.pseudo ? text + radius_text(*answer.pseudo) : text;
}

namespace {

/// Is `b` a function of `a`?
std::string direction_text(const Answer& answer, const std::string& a, const std::string& b) {
  const Rational lower = exact(answer.lower_exact);
  const bool everywhere = answer.limit == "none_within_domain" || answer.limit == "none_within_max_radius";
  std::string text = fmt::format("r_{}{}: {} is a function of {}: ", a, b, b, a);
  if (answer.upper_exact && exact(*answer.upper_exact).is_zero()) {
    text += fmt::format("on no ball around the centre, the radius is 0 ({})", answer.limit);
  } else {
    text += lower.is_zero() ? "proved on no ball yet"
                            : fmt::format("proved on the {} of radius {}",
                                          answer.limit == "none_within_domain" ? "whole domain, a ball" : "ball",
                                          radius_number(lower, answer, Towards::zero));
    if (answer.upper_exact) {
      text += fmt::format(", refuted at {} ({})", radius_number(exact(*answer.upper_exact), answer, Towards::above),
                          answer.limit);
    } else if (!everywhere) {
      text += ", not refuted anywhere yet";
    }
  }
  text += '\n';
  if (answer.status != "solved") text += fmt::format("  {}\n", stop_words(answer));
  return text + witness_text(answer, a, b) + place_text(answer) + effort_text(answer.effort) + proof_text(answer);
}

}  // namespace

std::string factor_text(const FactorAnswer& answer) {
  return direction_text(answer.ab, "A", "B") + direction_text(answer.ba, "B", "A");
}

std::string injective_text(const Answer& answer) {
  std::string text;
  if (answer.verdict == "proved") {
    text = "proved: the network is invertible on the box\n";
  } else if (answer.verdict == "refuted") {
    text = fmt::format("refuted: the network is not invertible on the box{}\n",
                       answer.limit.empty() ? "" : fmt::format(" ({})", answer.limit));
  } else {
    text = fmt::format("not decided\n  {}\n", stop_words(answer));
  }
  return text + witness_text(answer) + place_text(answer) + effort_text(answer.effort) + proof_text(answer);
}

std::string refusal_text(const Outcome& answer) {
  const Proof& proof = answer.proof;
  if (proof.refused.empty()) return "";
  return fmt::format(
      "foldproof: BUG: the independent checker did not accept our own proof ({}); the answer is withdrawn, do not rely "
      "on "
      "it. Please report this with the command, the network and the proof ({})\n",
      proof.refused, proof.file.empty() ? "add --proof FILE to keep it" : proof.file);
}

namespace {

/// Neurons per layer, after merging.
std::vector<int> layer_sizes(const Network& network) {
  std::vector<int> sizes(static_cast<std::size_t>(network.layer_count()), 0);
  for (const int layer : network.layer) ++sizes[static_cast<std::size_t>(layer - 1)];
  return sizes;
}

}  // namespace

std::string info_text(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value) {
  const Network& network = model.network();
  const Provenance& from = network.from;
  std::string text = fmt::format("{}\n  sha256   {}\n", from.file, from.sha256);
  text += fmt::format("  network  {}  (its name in proofs, whatever file it came from)\n", model.hash());
  text += fmt::format("  inputs   {}{}\n", from.file_inputs,
                      from.input_names.empty() ? "" : fmt::format("  {}", fmt::join(from.input_names, ", ")));
  for (const auto& [index, number] : from.fixed)
    text += fmt::format("           input {} is fixed at {}\n", index, number.pretty());
  text += fmt::format("  outputs  {}{}\n", from.file_outputs,
                      from.output_names.empty() ? "" : fmt::format("  {}", fmt::join(from.output_names, ", ")));
  if (static_cast<int>(from.outputs_kept.size()) != from.file_outputs && !from.outputs_kept.empty()) {
    text += fmt::format("           kept: {}\n", fmt::join(from.outputs_kept, ", "));
  }
  text +=
      fmt::format("  layers   {} of ReLU neurons: {}\n", network.layer_count(), fmt::join(layer_sizes(network), " + "));
  text += fmt::format("  neurons  {} to decide, {} in the file (parallel and unused ones are merged away, exactly)\n",
                      network.neuron_count(), from.file_neurons);
  text += fmt::format("  opset    {}\n", from.opset);
  const bool square = network.inputs == network.output_count();
  text += fmt::format("  map      {} -> {}: {}\n", network.inputs, network.output_count(),
                      square ? "as many outputs as inputs"
                      : network.inputs < network.output_count()
                          ? "more outputs than inputs: far pairs are all that can be asked, which is slower"
                          : "fewer outputs than inputs: never invertible (radius 0)");
  if (value != nullptr) {
    text += fmt::format("  f({})\n", fmt::join(*at, ", "));
    if (!all_short(*value)) text += fmt::format("   near {}\n", point_text(*value));
    text += fmt::format("      = ({})\n", fmt::join(*value, ",\n         "));
  }
  return text;
}

std::string info_json(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value) {
  const Network& network = model.network();
  const Provenance& from = network.from;
  nlohmann::ordered_json fixed = nlohmann::ordered_json::object();
  for (const auto& [index, number] : from.fixed) fixed[std::to_string(index)] = number.str();
  nlohmann::ordered_json record{{"foldproof", version()},
                                {"file", from.file},
                                {"sha256", from.sha256},
                                {"network_sha256", model.hash()},
                                {"inputs", network.inputs},
                                {"outputs", network.output_count()},
                                {"neurons", network.neuron_count()},
                                {"neurons_in_file", from.file_neurons},
                                {"layers", layer_sizes(network)},
                                {"opset", from.opset},
                                {"inputs_in_file", from.file_inputs},
                                {"outputs_in_file", from.file_outputs},
                                {"input_names", from.input_names},
                                {"output_names", from.output_names},
                                {"fixed", fixed},
                                {"outputs_kept", from.outputs_kept}};
  if (value != nullptr) {
    record["at"] = *at;
    record["value"] = *value;
    record["value_double"] = nlohmann::ordered_json::array();
    for (const std::string& text : *value) record["value_double"].push_back(exact(text).nearest_double());
  }
  constexpr int kIndent = 1;
  return record.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace foldproof::cli
