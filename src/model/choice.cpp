#include "model/choice.h"

#include <fmt/format.h>

#include <unordered_set>

#include "model/tensor.h"

namespace foldproof {

std::map<int, Rational> fixed_inputs(const ModelOptions& options, int file_inputs) {
  std::map<int, Rational> fixed;
  for (const auto& [input, text] : options.fix) {
    if (input < 0 || input >= file_inputs) {
      throw Refusal(fmt::format("input {} cannot be fixed: the inputs are numbered 0 to {}; choose one of them", input,
                                file_inputs - 1));
    }
    const std::optional<Rational> value = Rational::parse(text);
    if (!value) {
      throw Refusal(
          fmt::format("input {} cannot be fixed at '{}', which is not a number; write a decimal or p/q", input, text));
    }
    fixed.emplace(input, *value);
  }
  if (static_cast<int>(fixed.size()) == file_inputs) {
    throw Refusal("every input is fixed, so nothing can vary; leave at least one input free");
  }
  return fixed;
}

std::vector<int> kept_outputs(const ModelOptions& options, int file_outputs) {
  std::vector<int> kept = options.outputs;
  if (kept.empty()) {
    for (int i = 0; i < file_outputs; ++i) kept.push_back(i);
  }
  std::unordered_set<int> seen;
  for (const int output : kept) {
    if (output < 0 || output >= file_outputs) {
      throw Refusal(fmt::format("output {} cannot be kept: the outputs are numbered 0 to {}; choose among them", output,
                                file_outputs - 1));
    }
    if (!seen.insert(output).second) {
      throw Refusal(fmt::format("output {} is asked for twice; name every output once", output));
    }
  }
  return kept;
}

}  // namespace foldproof
