// The tests of leaves (docs/certificate.md, 4.3 and 5), in upward rounding.
#pragma once

#include "bounds.h"

namespace foldproof_check {

/// The sign of det J(s) for all slopes of the cube, proved; 0 if these tests cannot prove it. @pre slopes.m == slopes.n
int cube_sign(const Slopes& slopes);

/// Those columns of J(s).
Slopes columns_of(const Slopes& slopes, const std::vector<int>& columns);
/// J(s) has full column rank for all slopes of the cube, proved.
bool full_rank(const Slopes& slopes);

/// sym(M J(s)) is positive definite for all slopes of the cube, proved. M is n x m, row by row.
bool monotone(const Vector& preconditioner, const Slopes& slopes);

/// Every symmetric matrix whose lower triangle lies in that of `a` is positive definite, proved.
bool positive_definite(Matrix a);

}  // namespace foldproof_check
