/* Levels of the bands of one frame. */
#ifndef LEVELS_H
#define LEVELS_H

#include "front_end.h"

/* From the frame's samples, which are overwritten. */
void fe_levels(fe_number *frame, fe_level *levels);

#endif
