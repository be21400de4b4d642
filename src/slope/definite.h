// Verified positive definiteness (Rump 2006).
#pragma once

namespace foldproof {

/// True only if every symmetric matrix whose distance to the given one is at most `margin` in the 2-norm is
/// positive definite. `a` is size x size, row-major; only its lower triangle is read, and it is overwritten.
bool verified_positive_definite(double* a, int size, double margin);

}  // namespace foldproof
