"""Commands on listening tests: write one, and score the answers."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import Config, Json, Whole, app
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import tell, tell_json


@app.command
@with_settings(rates="rates_hz", speech="speech.source", seed="seed", skip_bad="skip_bad")
def listening_pack(
    given: Given,
    *,
    n_clips: Whole | None = None,
    n_forms: Whole = 1,
    out: Path = Path("listening"),
    contact: str = "",
    config: Config = None,
) -> None:
    """Write a listening test: clips at every rate, forms that work from a file, and the key that you keep.

    Clip names say nothing, nobody hears a sentence twice, and nothing is sent anywhere: hand out the folders in
    hand-out, one to each listener, and score the files that come back with listening-score. The reference rate is
    added to the rates, and the pack holds recordings of the speech.

    Examples:
        lowsr-tradeoff listening-pack --rates 1k,2k --speech my-speech --n-forms 3

    Args:
        n_clips: Clips in a form, each another sentence, spread evenly over the rates; as many as there are, at most
            40, when left out.
        n_forms: Forms, for as many listeners or groups of them; from form to form every sentence moves to another
            rate.
        out: Folder to write.
        contact: Whom listeners may ask; shown in the forms.
    """
    from lowsr_tradeoff.corpora.speech import speech_of
    from lowsr_tradeoff.listening_test.pack import Size, describe, write_pack
    from lowsr_tradeoff.settings.toml import load_config

    settings = load_config(config, given)
    corpus = speech_of(settings, None)
    key = write_pack(settings, corpus, Size(n_clips, n_forms), contact, out)
    tell(describe(key, corpus).rstrip("\n"), to=sys.stderr)
    tell(out)


@app.command
def listening_score(
    folder: Path,
    answers: Annotated[list[Path], Parameter(consume_multiple=True)],
    /,
    *,
    seed: Whole = 0,
    json_: Json = False,
) -> None:
    """Score what listeners wrote, by rate, with the words that recognisers are scored with.

    Examples:
        lowsr-tradeoff listening-score listening answers/ann.json answers/bob.json

    Args:
        folder: The folder that listening-pack wrote.
        answers: Files that the forms handed over, JSON or CSV.
        seed: Seed of the intervals.
    """
    from lowsr_tradeoff.listening_test.key import read_key
    from lowsr_tradeoff.listening_test.score import read_answers, score
    from lowsr_tradeoff.reports.wording import percent
    from lowsr_tradeoff.settings.study import StudyConfig

    sheets = [read_answers(file) for file in answers]
    results = score(read_key(folder), sheets, StudyConfig().n_resamples, seed)
    if json_:
        tell_json(results)
    else:
        for result in results:
            chance = f"; by chance {percent(result.chance)}" if result.chance else ""
            tell(f"{result.rate_hz:6} Hz  {result.measure}: {percent(result.value)}{chance}")
