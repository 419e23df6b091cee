#include "alarm.h"

#include <math.h>

void fe_alarm_start(fe_alarm *alarm)
{
    alarm->since_ms = FE_HOLD_MS;
}

float fe_target_log_odds(const float *scores)
{
    float largest = -INFINITY, sum = 0.0f;
    for (int i = 0; i < FE_CLASSES; i++) {
        if (i != FE_TARGET && scores[i] > largest) {
            largest = scores[i];
        }
    }
    for (int i = 0; i < FE_CLASSES; i++) {
        if (i != FE_TARGET) {
            sum += expf(scores[i] - largest);
        }
    }
    return scores[FE_TARGET] - largest - logf(sum);
}

bool fe_alarm_hear(fe_alarm *alarm, const float *scores)
{
    /* Times are rounded to milliseconds. */
    const bool is_held = alarm->since_ms + 1 < FE_HOLD_MS;
    const bool is_raised = !is_held && fe_target_log_odds(scores) >= FE_ALARM_LOG_ODDS;
    if (is_raised) {
        alarm->since_ms = 0;
    }
    if (alarm->since_ms < FE_HOLD_MS) {
        alarm->since_ms += FE_HOP_MS;
    }
    return is_raised;
}
