// Reads an ONNX graph and lowers it exactly to a Network.
#pragma once

#include <string>
#include <string_view>

#include "foldproof/foldproof.h"
#include "model/network.h"

namespace foldproof {

/// The function of the graph at `path` with inputs fixed and outputs chosen, every scalar ReLU a neuron of its own, in
/// the order of the nodes. Several graph inputs (outputs)
/// are flattened and taken one after the other; a dynamic batch dimension is taken as 1.
/// @throws InputError with one sentence: what is wrong, where (file, node, operator) and what to do.
Network read_onnx(const std::string& path, const ModelOptions& options);
/// The same from the file's bytes; `path` names it and its folder, where external data are looked for.
Network read_onnx(const std::string& path, std::string_view bytes, const ModelOptions& options);

}  // namespace foldproof
