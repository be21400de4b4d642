// The seal of a request and of its reply: whole bytes, and a reply to this very request.
//
// Claim: a reply that opens with the seal of a request was made for it, bit for bit, and came whole, as far as SHA-256
// tells. The request says everything: version, network, question, bounds, nodes. Who forges replies can make seals too;
// against that there is the checker.
#pragma once

#include <string>
#include <string_view>

namespace foldproof {

/// What a request is sealed with; a reply is sealed with the seal of its request.
inline constexpr std::string_view request_subject = "a part of a search";

std::string sealed(std::string_view subject, std::string_view body);
/// The body. @throws BadBytes if they are not sealed() with this subject. The bytes must outlive it.
std::string_view unsealed(std::string_view subject, std::string_view bytes);
/// The seal of sealed bytes.
std::string_view seal_of(std::string_view bytes);

}  // namespace foldproof
