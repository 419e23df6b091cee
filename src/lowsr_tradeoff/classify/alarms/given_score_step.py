"""Score every window of one fold's continuous sound by a network from a file, as it is."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.classify.alarms.plan import AlarmStepSettings
from lowsr_tradeoff.classify.alarms.score_step import Place, as_columns, heard_by, place_of, target_log_odds
from lowsr_tradeoff.classify.alarms.stream import windows_of
from lowsr_tradeoff.classify.given_step import label_logits
from lowsr_tradeoff.classify.step_settings import GivenSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.learning.given import class_scores, open_network
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store


def run(steps: Sequence[Step[AlarmStepSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write ``scores``, ``start_s``, ``recording`` and ``clip`` of every window, as ``score_step.run`` does."""
    for step in steps:
        asked, given = step.settings, cast("Step[GivenSettings]", step.needs[0]).settings
        opened = open_network(given.path, given.said)
        places, scores = list[Place](), list[np.float32]()
        for window in windows_of(corpus, asked.features, asked.target, asked.hop_s):
            heard = restore(window.samples, asked.rate_hz, given.said.rate_hz)
            logits = label_logits(class_scores(opened, given.said, heard)[None], given)
            scores.append(target_log_odds(logits, asked.target).astype(np.float32)[0])
            places.append(place_of(window))
        arrays = {**as_columns(places), "scores": np.array(scores, np.float32)}
        store.write(step, heard_by(corpus, asked), arrays)
