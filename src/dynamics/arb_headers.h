// Arb's headers, where they are: within FLINT from its version 3 on, beside it before.
#pragma once

#if __has_include(<flint/arb.h>)
#include <flint/arb.h>
#include <flint/arb_fmpz_poly.h>
#else
#include <arb.h>
#include <arb_fmpz_poly.h>
#endif
