// The bounded picture of an answer: what the page draws, sampled in plain double arithmetic. Nothing is proved
// here; coordinates are absolute.
#pragma once

#include "foldproof/foldproof.h"
#include "report/json_text.h"

namespace foldproof {

/// {"kind": "graph" (one input), "plane" (two) or "slices" (more), ...}; null if the network is not square.
Json picture(const Model& model, const Answer& answer);

}  // namespace foldproof
