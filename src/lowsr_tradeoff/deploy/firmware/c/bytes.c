#include "bytes.h"

#include <string.h>

bool read_sample(FILE *file, int16_t *sample)
{
    unsigned char bytes[2];
    if (fread(bytes, 1, sizeof bytes, file) != sizeof bytes) {
        return false;
    }
    const int32_t value = bytes[0] + 256 * bytes[1];
    *sample = (int16_t)(value < 32768 ? value : value - 65536);
    return true;
}

bool read_float(FILE *file, float *value)
{
    unsigned char bytes[4];
    uint32_t bits = 0;
    if (fread(bytes, 1, sizeof bytes, file) != sizeof bytes) {
        return false;
    }
    for (int i = 3; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(value, &bits, sizeof bits);
    return true;
}

bool write_float(FILE *file, float value)
{
    unsigned char bytes[4];
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++) {
        bytes[i] = bits >> 8 * i & 255;
    }
    return fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes;
}
