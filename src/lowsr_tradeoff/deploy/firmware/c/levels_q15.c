#include "levels.h"
#include "spectrum.h"
#include "tables.h"

#ifdef FRONT_END_Q15

/* ln 2 in 2^-15 */
#define LN_2 22713

static uint32_t square(int16_t x) { return (uint32_t)((int32_t)x * x); }

static uint32_t power(const int16_t *x, int k)
{
    if (k == 0 || k == FE_FFT_SIZE / 2) {
        return square(x[k == 0 ? 0 : 1]);
    }
    return square(x[2 * k]) + square(x[2 * k + 1]);
}

/* Logarithm to base 2 of x > 0, in 2^-16: the place of the topmost bit, then a table with straight lines between. */
static int32_t log_2(uint64_t x)
{
    int top = 63;
    while (!(x >> top)) {
        top--;
    }
    const uint32_t mantissa = (uint32_t)(top > 31 ? x >> (top - 31) : x << (31 - top));
    const uint32_t step = (mantissa >> 25) & 63, rest = (mantissa >> 9) & 0xffff;
    const uint32_t rise = FE_LOG_2[step + 1] - FE_LOG_2[step];
    return (int32_t)(((uint32_t)top << 16) + FE_LOG_2[step] + ((rise * rest) >> 16));
}

/* 2^-16 of an octave times 2^-15 down to 2^-11 */
static int32_t in_nepers(int32_t in_2) { return (int32_t)(((int64_t)in_2 * LN_2) >> 20); }

#if FE_MAGNITUDE

/* The square root with eight bits after the point. */
static uint64_t content(const int16_t *x, int k)
{
    uint64_t rest = (uint64_t)power(x, k) << 16, root = 0;
    for (uint64_t bit = (uint64_t)1 << 46; bit; bit >>= 2) {
        const bool is_in = rest >= root + bit;
        rest -= is_in ? root + bit : 0;
        root = (root >> 1) + (is_in ? bit : 0);
    }
    return root;
}

/* The offset counts what a sum counts, which the exponent of the frame changes. */
static int16_t level_of(uint64_t sum, int band, int exponent)
{
    const uint64_t offset = FE_BAND_OFFSET[band];
    sum += exponent > 0 ? offset >> exponent : offset << -exponent;
    return (int16_t)in_nepers(log_2(sum) + FE_BAND_LOG_2[band] + exponent * 65536);
}

#else

#define FLOOR ((int32_t)(FE_LOG_FLOOR * FE_LEVELS_PER_NEPER))

static uint64_t content(const int16_t *x, int k) { return power(x, k); }

static int16_t level_of(uint64_t sum, int band, int exponent)
{
    if (sum == 0) {
        return FLOOR;
    }
    const int32_t level = in_nepers(log_2(sum) + FE_BAND_LOG_2[band] + 2 * exponent * 65536);
    return (int16_t)(level > FLOOR ? level : FLOOR);
}

#endif

void fe_levels(int16_t *frame, int16_t *levels)
{
    const uint16_t *weight = FE_WEIGHTS;
    const int exponent = fe_spectrum(frame);
    for (int band = 0; band < FE_BANDS; band++) {
        uint64_t sum = 0;
        for (int i = 0; i < FE_BAND_BINS[band]; i++) {
            sum += *weight++ * content(frame, FE_BAND_FIRST[band] + i);
        }
        levels[band] = level_of(sum, band, exponent);
    }
}

#else
typedef int levels_are_in_float; /* C99 has no empty files */
#endif
