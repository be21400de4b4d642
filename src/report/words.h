// What a record says, in sentences a scientist reads; plain text, not yet escaped.
#pragma once

#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "report/json_text.h"

namespace foldproof {

struct Verdict {
  std::string tone;      // "proved" | "refuted" | "bracket" | "open": chooses a colour
  std::string headline;  // a few words
  std::string sentence;
};

/// @throws Json::exception if the record lacks what is needed.
Verdict verdict_of(const Json& record);

/// The verdict and the explained end of the ball, of the record (JSON text) of any question about networks that the
/// engine answered. @throws InputError if the text is not such a record
struct Words {
  Verdict verdict;
  std::string limit;
};
Words words_of(const std::string& record_json);

/// What ends the ball, explained; empty if nothing does or it is not known.
std::string limit_words(const Json& record);
/// What is claimed and what is not.
std::vector<std::string> claims_of(const Json& record);

/// The ends of the bracket in as many decimals as tell them apart, rounded so that they stay true.
struct Bracket {
  std::string lower, upper;  // upper empty: none
};
Bracket bracket_of(const Json& record);

/// Where the published method and the engine contradict each other, and why. @pre answer.disagreement is not empty
std::string disagreement_words(const MipAnswer& answer);
/// The same of a direction of Problem 3: is network `second` a function of `first`?
std::string disagreement_words(const MipAnswer& answer, const std::string& first, const std::string& second);

/// "1.23 s", "4.5 ms"
std::string seconds_text(double seconds);
/// "1 234 567"
std::string count_text(std::uint64_t number);
/// "4 polylines", "1 point"
std::string counted(std::uint64_t number, const std::string& noun);

}  // namespace foldproof
