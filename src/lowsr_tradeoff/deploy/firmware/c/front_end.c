#include "front_end.h"

#include <string.h>

#include "levels.h"
#include "tables.h"

#define KEPT (FE_FFT_SIZE + 1)

#if FE_BEFORE > 0
/* The window is mirrored at its ends, first and last sample once. */
static int16_t sample_at(const fe_state *state, int32_t at)
{
    const int32_t last = FE_WINDOW_SAMPLES - 1;
    const int32_t inside = at < 0 ? -at : at > last ? 2 * last - at : at;
    return state->sound[inside % KEPT];
}
#else
/* After the window there is silence. */
static int16_t sample_at(const fe_state *state, int32_t at)
{
    return at < FE_WINDOW_SAMPLES ? state->sound[at % KEPT] : 0;
}
#endif

static int32_t first_sample(const fe_state *state) { return state->n_frames * FE_HOP - FE_BEFORE; }

static void copy_frame(fe_state *state)
{
    const int32_t first = first_sample(state);
    for (int i = 0; i < FE_FFT_SIZE; i++) {
        state->spectrum[i] = i < FE_FRAME ? sample_at(state, first + i) : 0;
    }
}

#if FE_POOLED_FRAMES == 2
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

#else
static void pool(fe_state *state, fe_level *image)
{
    for (int band = 0; band < FE_BANDS; band++) {
        image[band * FE_COLUMNS + state->n_frames] = state->levels[band];
    }
}
#endif

/* Once all its samples are there; the first one, if mirrored, needs one sample more. */
static bool is_due(const fe_state *state)
{
    const bool is_heard = state->n_heard > first_sample(state) + FE_FRAME;
    return state->n_frames < FE_POOLED_FRAMES * FE_COLUMNS && (is_heard || state->n_heard == FE_WINDOW_SAMPLES);
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

const fe_level *fe_patch(const fe_level *image, int number) { return image + FE_PATCH_FIRST[number]; }

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
