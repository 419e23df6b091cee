/* Compares the front end with the vectors, and with -DWITH_NETWORK also what runs the network on this device. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "front_end.h"

#ifdef WITH_NETWORK
/* Yours: the scores of one patch, FE_BANDS rows of FE_PATCH_COLUMNS levels. */
void network_scores(const float *log_mel, float *scores);
#endif

#define N_LEVELS (FE_BANDS * FE_COLUMNS)

static fe_state state;
static fe_level image[N_LEVELS];
static float expected[N_LEVELS], heard[N_LEVELS], differences[N_LEVELS];

static FILE *open_vector(const char *name, const char *kind)
{
    char path[256];
    const int n = snprintf(path, sizeof path, "vectors/%s.%s", name, kind);
    FILE *file = n > 0 && (size_t)n < sizeof path ? fopen(path, "rb") : NULL;
    if (!file) {
        fprintf(stderr, "vectors/%s.%s: cannot be read; run this beside the folder vectors\n", name, kind);
        exit(2);
    }
    return file;
}

static void read_floats(const char *name, const char *kind, float *values, int n)
{
    FILE *file = open_vector(name, kind);
    for (int i = 0; i < n; i++) {
        if (!read_float(file, &values[i])) {
            fprintf(stderr, "vectors/%s.%s: is too short\n", name, kind);
            exit(2);
        }
    }
    (void)fclose(file);
}

static void hear(const char *name)
{
    int16_t sample;
    bool is_whole = false;
    FILE *file = open_vector(name, "i16");
    fe_start(&state);
    while (!is_whole && read_sample(file, &sample)) {
        is_whole = fe_hear(&state, sample, image);
    }
    (void)fclose(file);
    if (!is_whole) {
        fprintf(stderr, "vectors/%s.i16: is shorter than a window\n", name);
        exit(2);
    }
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

#ifdef FRONT_END_Q15

/* The middle level of a window, to half a decibel. */
static bool are_close(void)
{
    qsort(differences, N_LEVELS, sizeof differences[0], by_size);
    return differences[N_LEVELS / 2] <= 0.1151f;
}

#else

/* Every level; single precision is less exact where a level is 40 dB below the loudest of its column. */
static bool are_close(void)
{
    bool are = true;
    for (int i = 0; i < N_LEVELS; i++) {
        float loudest = expected[i];
        for (int band = 0; band < FE_BANDS; band++) {
            loudest = fmaxf(loudest, expected[band * FE_COLUMNS + i % FE_COLUMNS]);
        }
        are = are && differences[i] <= (loudest - expected[i] <= 9.21f ? 1e-4f : 1e-3f);
    }
    qsort(differences, N_LEVELS, sizeof differences[0], by_size);
    return are;
}

#endif

static bool levels_agree(const char *name)
{
    read_floats(name, "log_mel.f32", expected, N_LEVELS);
    for (int i = 0; i < N_LEVELS; i++) {
        heard[i] = fe_as_float(image[i]);
        differences[i] = fabsf(heard[i] - expected[i]);
    }
    const bool agree = are_close();
    printf("%-7s %s: levels differ by %.2g in the middle, %.2g at most\n", agree ? "ok" : "FAILED", name,
           (double)differences[N_LEVELS / 2], (double)differences[N_LEVELS - 1]);
    return agree;
}

#ifdef WITH_NETWORK
static float patch[FE_BANDS * FE_PATCH_COLUMNS];

static void copy_patch(int number)
{
    const fe_level *first = fe_patch(image, number);
    for (int i = 0; i < FE_BANDS * FE_PATCH_COLUMNS; i++) {
        patch[i] = fe_as_float(first[i / FE_PATCH_COLUMNS * FE_COLUMNS + i % FE_PATCH_COLUMNS]);
    }
}

static void mean_scores(float *scores)
{
    float of_patch[FE_CLASSES];
    memset(scores, 0, FE_CLASSES * sizeof *scores);
    for (int number = 0; number < FE_PATCHES; number++) {
        copy_patch(number);
        network_scores(patch, of_patch);
        for (int i = 0; i < FE_CLASSES; i++) {
            scores[i] += of_patch[i] / FE_PATCHES;
        }
    }
}

static bool scores_agree(const char *name)
{
    float right[FE_CLASSES], found[FE_CLASSES], most = 0.0f;
    read_floats(name, "scores.f32", right, FE_CLASSES);
    mean_scores(found);
    for (int i = 0; i < FE_CLASSES; i++) {
        most = fmaxf(most, fabsf(found[i] - right[i]));
    }
    const bool agree = most <= FE_SCORE_TOLERANCE;
    printf("%-7s %s: scores differ by %.2g at most, %.2g is allowed\n", agree ? "ok" : "FAILED", name,
           (double)most, (double)FE_SCORE_TOLERANCE);
    return agree;
}
#else
static bool scores_agree(const char *name) { return name != NULL; }
#endif

int main(void)
{
    char line[256];
    int n_failed = 0, n = 0;
    FILE *names = fopen("vectors/names.txt", "r");
    if (!names) {
        fprintf(stderr, "vectors/names.txt: cannot be read; run this beside the folder vectors\n");
        return 2;
    }
    for (; fgets(line, sizeof line, names); n++) {
        line[strcspn(line, "\r\n")] = '\0';
        hear(line);
        const bool agree = levels_agree(line);
        n_failed += !(scores_agree(line) && agree);
    }
    (void)fclose(names);
    printf("%d of %d vectors failed\n", n_failed, n);
    return n > 0 && n_failed == 0 ? 0 : 1;
}
