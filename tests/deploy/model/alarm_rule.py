"""A rule of alarms, for the tests of what applies it."""

from lowsr_tradeoff.records.alarms import AlarmPoint, AlarmRule
from lowsr_tradeoff.records.base import Measurement


def rule(target, threshold=0.0, hold_s=1.0, hop_s=0.5) -> AlarmRule:
    recall = Measurement(value=0.8, low=0.7, high=0.9, n=40, n_of="clips")
    false = Measurement(value=2.0, low=1.0, high=4.0, n=6, n_of="false alarms", unit="per hour")
    tested = AlarmPoint(per_hour=4.0, threshold=threshold, recall=recall, false_alarms_per_hour=false)
    return AlarmRule(target=target, threshold=threshold, hold_s=hold_s, hop_s=hop_s, tested=tested)
