// The exact leaf: all linear pieces of a small box, where slope tests stall (MATHEMATICS 2.6, 6.4).
#pragma once

#include <optional>
#include <string>

#include "question/preimage.h"

namespace foldproof {

/// A proof that every full-dimensional cell that meets the interior of the box has a Jacobian determinant of this sign:
/// the tokens of docs/certificate.md, 4.4. Nothing if that is not so, or with more than `most_unstable` undecided
/// neurons. @pre sign is +1 or -1; the box is in coordinates relative to the centre.
std::optional<std::string> cells_with_sign(const Problem& problem, const RegionNetwork& root, const Box& box, int sign,
                                           int most_unstable);

/// A proof that every preimage of the fibre's value in the box is one of its points, or lies in the closure of a piece
/// that holds one of its flat segments: the tokens of docs/certificate.md, 4.4. Points and segments that are not there
/// yet are added. Nothing if that cannot be shown, or with more than `most_unstable` undecided neurons.
std::optional<std::string> cells_with_preimages(const Problem& problem, const RegionNetwork& root, const Box& box,
                                                Fibre& fibre, int most_unstable);

}  // namespace foldproof
