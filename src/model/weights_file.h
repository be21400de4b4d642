// The weights file: a network exactly, as text, for those who check proofs (docs/certificate.md, section 2).
#pragma once

#include <string>

#include "model/network.h"

namespace foldproof {

std::string weights_text(const Network& as_read);

/// SHA-256 of a text, lower-case hex.
std::string sha256_of(std::string_view text);

}  // namespace foldproof
