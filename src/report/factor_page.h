// The page of Problem 3: both directions, both balls and the pairs that end them.
#pragma once

#include <string>

#include "report/json_text.h"

namespace foldproof {

/// @throws Json::exception if the record lacks what is needed.
std::string factor_page(const Json& record, const std::string& command);

}  // namespace foldproof
