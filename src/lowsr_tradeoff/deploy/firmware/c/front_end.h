/* From samples to the log-mel image that the network hears. No heap, no globals that change, C99 alone.
 *
 * Compiled with FRONT_END_Q15 it computes in 16-bit fixed point, else in float.
 */
#ifndef FRONT_END_H
#define FRONT_END_H

#include <stdbool.h>
#include <stdint.h>

#include "number.h"
#include "settings.h"

/* A level is the natural logarithm of what is in a band: of power, or of 0.001 and magnitude where FE_MAGNITUDE is 1.
 * In fixed point it counts 2048ths. */
#ifdef FRONT_END_Q15
typedef int16_t fe_level;
#define FE_LEVELS_PER_NEPER 2048
#else
typedef float fe_level;
#define FE_LEVELS_PER_NEPER 1
#endif

/* The state between two samples. */
typedef struct {
    int16_t sound[FE_FFT_SIZE + 1];
    int32_t n_heard;
    int32_t n_frames;
    fe_number spectrum[FE_FFT_SIZE];
    fe_level levels[FE_BANDS];
#if FE_POOLED_FRAMES == 2
    fe_level earlier[FE_BANDS];
#endif
} fe_state;

/* Begin a window of FE_WINDOW_SAMPLES samples. */
void fe_start(fe_state *state);

/* Take the next sample of the window; true once the image is complete: FE_BANDS rows of FE_COLUMNS levels.
 * A sound shorter than the window goes on with zeros. */
bool fe_hear(fe_state *state, int16_t sample, fe_level *image);

/* The first level of one of the FE_PATCHES parts of FE_PATCH_COLUMNS columns that the network reads one after the other;
 * its rows lie FE_COLUMNS apart. The scores of a window are the mean of those of its parts. */
const fe_level *fe_patch(const fe_level *image, int number);

/* A level as the network's first operator takes it in int8, with mean and deviation of the training removed. */
int8_t fe_quantised(fe_level level);

/* A level as the ONNX network takes it. */
float fe_as_float(fe_level level);

#endif
