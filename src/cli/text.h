// Answers in words, for standard output.
#pragma once

#include <string>
#include <vector>

#include "foldproof/foldproof.h"

namespace foldproof::cli {

/// Why a run ended early, what it took, and what the checker said of the proof.
std::string stop_words(const Outcome& outcome);
std::string effort_text(const Effort& effort);
std::string proof_text(const Outcome& outcome);
/// "(1, 2.1)": short numbers as they are, others as their nearest doubles.
std::string point_text(const std::vector<std::string>& exact_texts);

std::string radius_text(const Answer& answer);
std::string injective_text(const Answer& answer);
std::string engine_text(const Answer& engine);
std::string engine_text(const FactorAnswer& engine);
std::string mip_text(const MipAnswer& answer);
std::string mip_text(const MipFactorAnswer& answer);
std::string locus_text(const Locus& answer);
std::string factor_text(const FactorAnswer& answer);
/// Loud: our own proof was refused. Empty if it was not.
std::string refusal_text(const Outcome& answer);
std::string info_text(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value);
/// The same as JSON text.
std::string info_json(const Model& model, const std::vector<std::string>* at, const std::vector<std::string>* value);

}  // namespace foldproof::cli
