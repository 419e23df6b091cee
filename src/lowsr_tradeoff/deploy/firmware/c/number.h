/* The arithmetic of the front end, in float or in fixed point of 16 bits (Q15). */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

#ifdef FRONT_END_Q15

typedef int16_t fe_number;
typedef int32_t fe_wide;

/* Right shifts of negative values are the compiler's choice in C99; every compiler for these parts keeps the sign. */
static inline fe_wide fe_rescaled(fe_wide product) { return (product + 16384) >> 15; }
static inline fe_wide fe_half(fe_wide x) { return (x + 1) >> 1; }

#else

typedef float fe_number;
typedef float fe_wide;

static inline fe_wide fe_rescaled(fe_wide product) { return product; }
static inline fe_wide fe_half(fe_wide x) { return 0.5f * x; }

#endif

#endif
