/* Alarms for one class: from the network's scores, window by window. No heap, no globals. */
#ifndef ALARM_H
#define ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

typedef struct {
    int32_t since_ms;
} fe_alarm;

/* Begin to listen. */
void fe_alarm_start(fe_alarm *alarm);

/* The log odds of the target against all other classes, from FE_CLASSES scores before a softmax. */
float fe_target_log_odds(const float *scores);

/* Take the scores of the next window, which starts FE_HOP_MS after the one before. True where it raises an alarm: its
 * log odds are at least FE_ALARM_LOG_ODDS, and the last alarm began FE_HOLD_MS ago or more. */
bool fe_alarm_hear(fe_alarm *alarm, const float *scores);

#endif
