// The inputs that are frozen and the outputs that are kept, checked against what a network has.
#pragma once

#include <map>
#include <vector>

#include "foldproof/foldproof.h"
#include "number/rational.h"

namespace foldproof {

/// @throws Refusal if an input is not there or its value is no number, or if none stays free.
std::map<int, Rational> fixed_inputs(const ModelOptions& options, int file_inputs);

/// The outputs to keep; all if none is named. @throws Refusal if one is not there or is named twice.
std::vector<int> kept_outputs(const ModelOptions& options, int file_outputs);

}  // namespace foldproof
