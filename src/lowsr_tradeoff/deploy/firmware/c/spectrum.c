#include "spectrum.h"

#include "tables.h"

/* A real FFT of N points is a complex one of half as many, then a step that separates even from odd samples. */
#define HALF (FE_FFT_SIZE / 2)

typedef struct {
    fe_wide re, im;
} complex_wide;

#ifdef FRONT_END_Q15

/* A butterfly grows a component by 1 + sqrt(2) at most: below this it stays within 16 bits. */
#define ROOM 13573

static int32_t largest(const fe_number *x)
{
    int32_t most = 0;
    for (int i = 0; i < FE_FFT_SIZE; i++) {
        int32_t size = x[i] < 0 ? -(int32_t)x[i] : x[i];
        most = size > most ? size : most;
    }
    return most;
}

/* Use all 16 bits: the spectrum of a soft sound is then as exact as that of a loud one. */
static int made_large(fe_number *x)
{
    int shift = 0;
    const int32_t most = largest(x);
    while (most > 0 && (most << (shift + 1)) <= INT16_MAX) {
        shift++;
    }
    for (int i = 0; i < FE_FFT_SIZE; i++) {
        x[i] = (fe_number)(x[i] * (1 << shift));
    }
    return -shift;
}

static int made_room(fe_number *x)
{
    int shift = 0;
    const int32_t most = largest(x);
    while ((most >> shift) >= ROOM) {
        shift++;
    }
    for (int i = 0; shift > 0 && i < FE_FFT_SIZE; i++) {
        x[i] = (fe_number)((x[i] + (1 << (shift - 1))) >> shift);
    }
    return shift;
}

#else

static int made_large(const fe_number *x) { return (void)x, 0; }
static int made_room(const fe_number *x) { return (void)x, 0; }

#endif

static complex_wide at(const fe_number *x, int k) { return (complex_wide){x[2 * k], x[2 * k + 1]}; }

static void put(fe_number *x, int k, fe_wide re, fe_wide im)
{
    x[2 * k] = (fe_number)re;
    x[2 * k + 1] = (fe_number)im;
}

/* z times exp(-2 pi i k / N) */
static complex_wide turned(complex_wide z, int k)
{
    const fe_wide c = FE_COSINE[k], s = FE_SINE[k];
    return (complex_wide){fe_rescaled(z.re * c + z.im * s), fe_rescaled(z.im * c - z.re * s)};
}

static void windowed(fe_number *x)
{
    for (int i = 0; i < FE_FRAME; i++) {
        x[i] = (fe_number)fe_rescaled((fe_wide)x[i] * FE_WINDOW[i]);
    }
}

static void swapped(fe_number *x, int i, int j)
{
    const complex_wide kept = at(x, i), moved = at(x, j);
    put(x, i, moved.re, moved.im);
    put(x, j, kept.re, kept.im);
}

/* j is i with its bits reversed. */
static void reordered(fe_number *x)
{
    for (int i = 0, j = 0; i < HALF; i++) {
        if (i < j) {
            swapped(x, i, j);
        }
        int bit = HALF / 2;
        for (; j & bit; bit /= 2) {
            j -= bit;
        }
        j += bit;
    }
}

static void butterfly(fe_number *x, int i, int j, int k)
{
    const complex_wide a = at(x, i), b = turned(at(x, j), k);
    put(x, i, a.re + b.re, a.im + b.im);
    put(x, j, a.re - b.re, a.im - b.im);
}

static int transformed(fe_number *x)
{
    int exponent = 0;
    reordered(x);
    for (int span = 1; span < HALF; span *= 2) {
        exponent += made_room(x);
        for (int k = 0; k < span; k++) {
            for (int i = k; i < HALF; i += 2 * span) {
                butterfly(x, i, i + span, k * (HALF / span));
            }
        }
    }
    return exponent;
}

/* Bins k and N/2 - k, from the transforms of the even and the odd samples at k. */
static void parted(fe_number *x, int k)
{
    const complex_wide a = at(x, k), b = at(x, HALF - k);
    const complex_wide even = {a.re + b.re, a.im - b.im};
    const complex_wide odd = turned((complex_wide){a.im + b.im, b.re - a.re}, k);
    put(x, k, fe_half(even.re + odd.re), fe_half(even.im + odd.im));
    put(x, HALF - k, fe_half(even.re - odd.re), fe_half(odd.im - even.im));
}

int fe_spectrum(fe_number *x)
{
    int exponent = made_large(x);
    windowed(x);
    exponent += transformed(x);
    exponent += made_room(x);
    put(x, 0, x[0] + x[1], x[0] - x[1]);
    for (int k = 1; k <= HALF / 2; k++) {
        parted(x, k);
    }
    return exponent;
}
