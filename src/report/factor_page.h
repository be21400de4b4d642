// The page of Problem 3: both directions, both balls and the pairs that end them.
#pragma once

#include <string>

#include "report/json_text.h"
#include "report/words.h"

namespace foldproof {

/// @throws Json::exception if the record lacks what is needed.
Verdict verdict_of_factor(const Json& record);
std::string factor_page(const Json& record, const std::string& command);

}  // namespace foldproof
