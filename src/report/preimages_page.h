// The page of foldproof preimages.
#pragma once

#include "report/json_text.h"

namespace foldproof {

/// @throws Json::exception if the record lacks what is needed.
std::string preimages_page(const Json& record, const std::string& command);

}  // namespace foldproof
