// Parts that records of several questions share.
#pragma once

#include "dynamics/polynomial_map.h"
#include "model/network.h"
#include "report/json_text.h"

namespace foldproof {

Json network_json(const Network& network);
Json map_json(const PolynomialMap& map);

}  // namespace foldproof
