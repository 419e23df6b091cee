#include "front_end.h"

#include <string.h>

#include "levels.h"

#define KEPT (FE_FFT_SIZE + 1)

/* The window is mirrored at its ends, first and last sample once. */
static int16_t sample_at(const fe_state *state, int32_t at)
{
    const int32_t last = FE_WINDOW_SAMPLES - 1;
    const int32_t inside = at < 0 ? -at : at > last ? 2 * last - at : at;
    return state->sound[inside % KEPT];
}

static void copy_frame(fe_state *state)
{
    const int32_t first = state->n_frames * FE_HOP - FE_FFT_SIZE / 2;
    for (int i = 0; i < FE_FFT_SIZE; i++) {
        state->spectrum[i] = sample_at(state, first + i);
    }
}

/* A column is the mean of two frames. */
static void pool(fe_state *state, fe_level *image)
{
    const int32_t column = state->n_frames / 2;
    if (state->n_frames % 2 == 0) {
        memcpy(state->earlier, state->levels, sizeof state->earlier);
        return;
    }
    for (int band = 0; band < FE_BANDS; band++) {
        const fe_wide sum = (fe_wide)state->earlier[band] + (fe_wide)state->levels[band];
        image[band * FE_COLUMNS + column] = (fe_level)fe_half(sum);
    }
}

/* A frame reaches half its length beyond its centre; the first one, mirrored, needs one sample more. */
static bool is_due(const fe_state *state)
{
    const bool is_heard = state->n_heard > state->n_frames * FE_HOP + FE_FFT_SIZE / 2;
    return state->n_frames < 2 * FE_COLUMNS && (is_heard || state->n_heard == FE_WINDOW_SAMPLES);
}

void fe_start(fe_state *state)
{
    state->n_heard = 0;
    state->n_frames = 0;
}

bool fe_hear(fe_state *state, int16_t sample, fe_level *image)
{
    if (state->n_heard < FE_WINDOW_SAMPLES) {
        state->sound[state->n_heard % KEPT] = sample;
        state->n_heard++;
    }
    for (; is_due(state); state->n_frames++) {
        copy_frame(state);
        fe_levels(state->spectrum, state->levels);
        pool(state, image);
    }
    return state->n_heard == FE_WINDOW_SAMPLES;
}

static int32_t steps_of(fe_level level)
{
#ifdef FRONT_END_Q15
    return ((level - FE_MEAN_LEVEL) * FE_STEPS_PER_LEVEL + 32768) >> 16;
#else
    const float steps = (level - FE_MEAN) * FE_STEPS_PER_NEPER;
    return (int32_t)(steps < 0.0f ? steps - 0.5f : steps + 0.5f);
#endif
}

int8_t fe_quantised(fe_level level)
{
    const int32_t number = steps_of(level) + FE_ZERO_POINT;
    return (int8_t)(number > INT8_MAX ? INT8_MAX : number < INT8_MIN ? INT8_MIN : number);
}

float fe_as_float(fe_level level) { return (float)level / FE_LEVELS_PER_NEPER; }
