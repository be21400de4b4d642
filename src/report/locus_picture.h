// The picture of J0 within a box.
#pragma once

#include "foldproof/foldproof.h"
#include "report/json_text.h"

namespace foldproof {

/// One or two inputs: as for the other questions about a box. Three: {"kind": "mesh", ...}. More: null.
Json locus_picture(const Model& model, const Locus& locus);

}  // namespace foldproof
