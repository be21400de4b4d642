// The weights file: a network exactly, as text, for those who check proofs (docs/certificate.md, section 2).
#pragma once

#include <string>

#include "model/network.h"

namespace foldproof {

std::string weights_text(const Network& as_read);

/// SHA-256 of a text, lower-case hex.
std::string sha256_of(std::string_view text);

/// The network's hash, by which proofs name it: SHA-256 of its weights file without the line `source`, so that equal
/// networks have one name whatever file they came from.
std::string network_hash(std::string_view weights);

}  // namespace foldproof
