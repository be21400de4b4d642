// The page of a sweep: the radius over time or over a parameter.
#pragma once

#include <string>

#include "report/json_text.h"

namespace foldproof {

/// @throws Json::exception if the record lacks what is needed.
std::string sweep_page(const Json& record, const std::string& command);

}  // namespace foldproof
