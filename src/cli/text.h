// Answers in words, for standard output.
#pragma once

#include <string>
#include <vector>

#include "foldproof/foldproof.h"

namespace foldproof::cli {

std::string radius_text(const Answer& answer);
std::string injective_text(const Answer& answer);
std::string mip_text(const MipAnswer& answer);
/// Loud: our own proof was refused.
std::string refusal_text(const Answer& answer);
std::string info_text(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value);
/// The same as JSON text.
std::string info_json(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value);

}  // namespace foldproof::cli
