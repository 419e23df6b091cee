/* Reads windows of sound (16 bits, little-endian) and writes their images as 32-bit floats, row by row:
 *
 *     log_mel < sound.i16 > images.f32
 */
#include "bytes.h"
#include "front_end.h"

static fe_state state;
static fe_level image[FE_BANDS * FE_COLUMNS];

static bool write_image(void)
{
    for (int i = 0; i < FE_BANDS * FE_COLUMNS; i++) {
        if (!write_float(stdout, fe_as_float(image[i]))) {
            return false;
        }
    }
    return true;
}

int main(void)
{
    int16_t sample;
    fe_start(&state);
    while (read_sample(stdin, &sample)) {
        if (fe_hear(&state, sample, image)) {
            if (!write_image()) {
                return 1;
            }
            fe_start(&state);
        }
    }
    const bool is_whole = state.n_heard == 0 && !ferror(stdin) && fflush(stdout) == 0;
    return is_whole ? 0 : 1;
}
