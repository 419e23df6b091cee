/* Spectrum of one frame: Hann window and real FFT, both in place. */
#ifndef SPECTRUM_H
#define SPECTRUM_H

#include "number.h"
#include "settings.h"

/* Turn FE_FFT_SIZE samples into FE_FFT_SIZE / 2 + 1 bins times 2^-exponent, and return the exponent.
 * Bin k lies at 2k and 2k + 1; the two real ones, the first and the last, at 0 and 1. */
int fe_spectrum(fe_number *x);

#endif
