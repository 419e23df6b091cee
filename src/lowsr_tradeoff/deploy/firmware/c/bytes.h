/* Little-endian numbers in files, on any machine. */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* False at the end of the file. */
bool read_sample(FILE *file, int16_t *sample);
bool read_float(FILE *file, float *value);

bool write_float(FILE *file, float value);

#endif
