// A network from dense layers in memory.
#pragma once

#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "model/network.h"

namespace foldproof {

/// x -> W_k relu(... relu(W_1 x + b_1) ...) + b_k, every double exactly. Every scalar ReLU is a neuron of its own.
/// @throws InputError that begins with `name`
Network read_layers(const std::vector<Layer>& layers, const std::string& name, const ModelOptions& options);

}  // namespace foldproof
