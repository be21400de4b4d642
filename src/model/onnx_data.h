// The constants of an ONNX file as exact tensors, wherever they are stored.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "model/sha256.h"
#include "model/tensor.h"

namespace foldproof {

/// A name from the file, fit for one line of a message: cut if long, and only printable ASCII.
std::string printable(const std::string& name);
/// The same between quotation marks.
std::string in_quotes(const std::string& name);

/// The bytes of a regular file. Throws Refusal saying why it cannot be read (missing, a folder, over 2 GB ...).
std::string read_file(const std::filesystem::path& path);

/// The element type of an ONNX type number. Throws Refusal if it is not one of those read.
ElementType element_type(std::int64_t onnx_type);

/// Decodes tensors and keeps the SHA-256 of the model file and of every external file it refers to.
class OnnxData {
 public:
  OnnxData(const std::filesystem::path& model_file, std::string_view model_bytes);

  /// The exact value of a stored tensor. Throws Refusal naming the tensor if it is not a well-formed one.
  Tensor decode(const onnx::TensorProto& proto, TensorAlgebra& algebra);

  std::string sha256() { return hash_.finish(); }

 private:
  /// The part of an external file that holds `expected` bytes of the tensor.
  std::string_view external(const onnx::TensorProto& proto, std::size_t expected);

  std::filesystem::path folder_;
  std::map<std::filesystem::path, std::string> files_;  // external files read, by canonical path
  Sha256 hash_;
};

}  // namespace foldproof
