"""What attackers on words gain over Whisper as published, and what aliasing changes for each, paired by utterance.

    python benchmarks/attackers.py RUN

RUN is the folder of a finished study with ``--attackers all``, best with ``--front-ends ideal,none``; nothing is
run. Prints a table of word recovery and one of differences, with intervals by speaker, as in
``docs/studies/privacy.md``. The package's code must be the one that made the run, or its results are not found.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lowsr_tradeoff.privacy.attackers import published, recognisers
from lowsr_tradeoff.privacy.attackers.adapted import attack as adapted
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.privacy.attackers.extension import attack as extension
from lowsr_tradeoff.privacy.attackers.recogniser_steps import counts_of
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.privacy.words.count import UtteranceCounts
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.statistics.intervals import resample_weights, share_difference
from lowsr_tradeoff.study.plan import Study, open_study, through_microphones

PUBLISHED, EXTENDED, ADAPTED = "published", "extended", "adapted"
# Who, through which front end, at which rate in Hz.
Place = tuple[str, str, int]
Rows = Sequence[UtteranceCounts]


def heard(study: Study, store: Store) -> Iterator[tuple[Place, Rows]]:
    """Yield what every attacker recovered of every utterance, in the order of the corpus."""
    for each in through_microphones(study):
        named = each.config, each.speech
        of_whisper = published.plan_of(*named, recognisers.whisper(*named))
        steps = {PUBLISHED: {rate_hz: (step,) for rate_hz, step in of_whisper.counted.items()}}
        for who, attack in ((EXTENDED, extension), (ADAPTED, adapted)):
            found = attack.plan(*named)
            steps[who] = {} if isinstance(found, NotTested) else dict(found.by_rate)
        for who, by_rate in steps.items():
            for rate_hz, of_rate in by_rate.items():
                yield (who, name_of(each.config.front_end), rate_hz), rows_of(of_rate, study, store)


def rows_of(steps: Sequence[Step], study: Study, store: Store) -> Rows:
    """Return the counts of all folds."""
    found = [row for step in steps for row in counts_of(step, store)]
    places = {utterance.clip_id: i for i, utterance in enumerate(study.speech.utterances)}
    return sorted(found, key=lambda row: places[row.clip_id])


def difference(first: Rows, second: Rows, study: Study) -> Measurement:
    """Return the words recovered by the first less those by the second, over the same words."""
    weights = resample_weights([row.speaker for row in first], study.config.n_resamples, study.config.seed)
    hits, others = ([row.words.hits for row in rows] for rows in (first, second))
    return share_difference(hits, others, [row.words.reference_words for row in first], weights, "words")


def recovery(rows: Rows, study: Study) -> Measurement:
    """Return the words recovered, ∈ [0, 1]."""
    weights = resample_weights([row.speaker for row in rows], study.config.n_resamples, study.config.seed)
    return pooled.word_recovery(rows, weights)


def comparisons(found: Mapping[Place, Rows], study: Study) -> Iterator[tuple[str, int, Measurement]]:
    """Yield every difference: each attacker less Whisper as published, and aliased less filtered."""
    for (who, front_end, rate_hz), rows in found.items():
        if who != PUBLISHED:
            against = found[PUBLISHED, front_end, rate_hz]
            yield f"{who} less {PUBLISHED}, {front_end}", rate_hz, difference(rows, against, study)
        own = name_of(study.config.front_end)
        if front_end != own:
            against = found[who, own, rate_hz]
            yield f"{who}, {front_end} less {own}", rate_hz, difference(rows, against, study)


def print_table(lines: Sequence[tuple[str, int, Measurement]], sign: str) -> None:
    """Print figures as Markdown, a column per rate."""
    rates_hz = sorted({rate_hz for _, rate_hz, _ in lines})
    print("\n| |", " | ".join(f"{rate_hz} Hz" for rate_hz in rates_hz), "|")
    print("|---" * (len(rates_hz) + 1) + "|")
    for name in dict.fromkeys(name for name, _, _ in lines):
        cells = {rate_hz: figure for its, rate_hz, figure in lines if its == name}
        shown = (f"{m.value:{sign}.3f} [{m.low:{sign}.3f}, {m.high:{sign}.3f}]" for _, m in sorted(cells.items()))
        print(f"| {name} | " + " | ".join(shown) + " |")


def main() -> None:
    """Print both tables."""
    folder = Path(sys.argv[1])
    study = open_study(load_config(folder / "config.toml"), folder)
    found = dict(heard(study, Store(folder)))
    print_table([(f"{who}, {mic}", hz, recovery(rows, study)) for (who, mic, hz), rows in found.items()], "")
    print_table(list(comparisons(found, study)), "+")


if __name__ == "__main__":
    main()
