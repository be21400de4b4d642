// The picture of a network with one input and one output: its graph.
#pragma once

#include "foldproof/foldproof.h"
#include "model/network.h"
#include "report/json_text.h"

namespace foldproof {

Json graph_view(const Network& network, const Answer& answer);

}  // namespace foldproof
