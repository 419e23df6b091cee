import dataclasses
from functools import partial

import pytest
from tests.privacy.embedded import SPEECH as EMBEDDED

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.privacy.attackers import published, recognisers
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.stage import draws
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

SPEECH = dataclasses.replace(EMBEDDED, utterances=EMBEDDED.utterances[:3])
CONFIG = StudyConfig(rates_hz=(2000,), n_resamples=200, front_end=FrontEnd())


def asked(**privacy):
    return CONFIG.model_copy(update={"privacy": CONFIG.privacy.model_copy(update={"attackers": "all", **privacy})})


def names_of(found):
    return [each.results[0].attacker if isinstance(each, NotTested) else each.name for each in found]


def test_what_was_not_asked_for_is_listed_with_the_way_to_ask():
    found = recognisers.recognisers(CONFIG, SPEECH)
    assert [isinstance(each, NotTested) for each in found] == [False, False, True, True, True]
    assert {row.value.reason for each in found[2:] for row in each.results} == {NOT_ASKED}


@pytest.fixture
def larger(tmp_path):
    """Files of which only the content is read."""
    folder = tmp_path / "larger"
    folder.mkdir()
    for name in ("model.bin", "tokenizer.json"):
        (folder / name).write_text("larger")
    return str(folder)


def test_all_that_are_asked_for_are_planned_under_names_of_their_own(larger):
    found = recognisers.recognisers(asked(larger_weights=larger), SPEECH)
    names = names_of(found)
    assert names[:3] == ["whisper-tiny.en", "moonshine-tiny", "whisper-tiny.en, 5 beams"]
    assert names[3] == "whisper:larger"
    assert names[4] == "whisper-tiny.en or moonshine-tiny, the likelier"
    assert len({step.key for each in found for step in each.transcribed.values()}) == len(found) * 2
    assert "beam search, 5 beams" in found[2].policy


def test_a_larger_whisper_that_is_not_named_is_listed_with_the_remedy():
    unnamed = recognisers.recognisers(asked(), SPEECH)[3]
    assert {row.value.reason for row in unnamed.results} == {recognisers.NO_LARGER}


def test_the_weights_of_all_that_attack_are_told(larger):
    told = recognisers.weights(asked(larger_weights=larger))
    assert {name.partition("/")[0] for name in told} == {"whisper-tiny.en", "whisper:larger", "moonshine-tiny"}
    assert {name.partition("/")[0] for name in recognisers.weights(CONFIG)} == {"whisper-tiny.en", "moonshine-tiny"}


def test_damaged_weights_of_moonshine_are_refused_and_absent_ones_are_not(monkeypatch):
    def refuse(error):
        raise error

    monkeypatch.setattr(recognisers.bundled_weights, "moonshine", partial(refuse, DataError("another content")))
    with pytest.raises(DataError, match="another content"):
        recognisers.recognisers(CONFIG, SPEECH)
    monkeypatch.setattr(recognisers.bundled_weights, "moonshine", partial(refuse, MissingResourceError("no file")))
    found = recognisers.recognisers(asked(), SPEECH)
    assert [row.value.reason for each in (found[1], found[4]) for row in each.results] == [
        recognisers.NO_MOONSHINE
    ] * 4


def test_beams_and_the_likelier_transcript_are_measured(tmp_path):
    store, config = Store(tmp_path), asked()
    plans = [plan for plan in published.plan(config, SPEECH) if not isinstance(plan, NotTested)]
    steps = [step for plan in plans for step in plan.steps]
    execute(steps, store, partial(run_batch, {"speech": SPEECH}, store), 1, lambda _: None)
    recovered = {}
    for plan in plans:
        heard = published.results(plan, store, draws(config, SPEECH))
        recovered[plan.recogniser.name] = [found.word_recovery.value for found in heard.words]
    assert list(recovered) == [
        "whisper-tiny.en",
        "moonshine-tiny",
        "whisper-tiny.en, 5 beams",
        "whisper-tiny.en or moonshine-tiny, the likelier",
    ]
    assert all(low < full > 0.9 for low, full in recovered.values())
