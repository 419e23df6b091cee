#include <math.h>

#include "levels.h"
#include "spectrum.h"
#include "tables.h"

#ifndef FRONT_END_Q15

static float power(const float *x, int k)
{
    if (k == 0 || k == FE_FFT_SIZE / 2) {
        const float real = x[k == 0 ? 0 : 1];
        return real * real;
    }
    return x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
}

#if FE_MAGNITUDE
static float content(const float *x, int k) { return sqrtf(power(x, k)); }

static float level_of(float sum) { return logf(sum * FE_SUM_SCALE + FE_LOG_OFFSET); }
#else
static float content(const float *x, int k) { return power(x, k); }

static float level_of(float sum)
{
    const float level = logf(sum * FE_SUM_SCALE);
    return level > FE_LOG_FLOOR ? level : FE_LOG_FLOOR;
}
#endif

void fe_levels(float *frame, float *levels)
{
    const float *weight = FE_WEIGHTS;
    (void)fe_spectrum(frame);
    for (int band = 0; band < FE_BANDS; band++) {
        float sum = 0.0f;
        for (int i = 0; i < FE_BAND_BINS[band]; i++) {
            sum += *weight++ * content(frame, FE_BAND_FIRST[band] + i);
        }
        levels[band] = level_of(sum);
    }
}

#else
typedef int levels_are_in_fixed_point; /* C99 has no empty files */
#endif
