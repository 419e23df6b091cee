import dataclasses

from tests.privacy.embedded import SPEECH, counted

from lowsr_tradeoff.privacy.attackers import fold_counts, held_out
from lowsr_tradeoff.privacy.attackers.extension import attack, recogniser
from lowsr_tradeoff.privacy.captures import captured_at_16k
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config

SPEECH = dataclasses.replace(SPEECH, utterances=SPEECH.utterances[:3])
CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(2000,), n_resamples=200, privacy={"attackers": "all"})


def test_at_full_rate_the_extension_is_the_recogniser_as_published(tmp_path):
    store, step = Store(tmp_path), attack.plan(CONFIG, SPEECH).steps[-1]
    (trained,) = step.needs
    assert trained.settings.captures.rate_hz == 16000
    recogniser.run([trained], SPEECH, store)
    fold_counts.run([step], SPEECH, store)
    tested = held_out.fold_of(SPEECH, 0, step.settings.fold).tested
    clips = [captured_at_16k(utterance, trained.settings.captures) for utterance in tested]
    written = ctranslate.transcribe(ctranslate.load(None), clips, CONFIG.privacy)
    rows = counted(tested, written)
    assert store.meta(step)["utterances"] == rows
    assert rows[0]["words"]["hits"] > 0.8 * len(count.normalise(tested[0].text).split())


def test_at_a_low_rate_it_learns_and_writes_what_it_hears(tmp_path, monkeypatch):
    monkeypatch.setattr(attack, "RECIPE", attack.RECIPE.model_copy(update={"epochs": 1}))
    store, step = Store(tmp_path), attack.plan(CONFIG, SPEECH).steps[0]
    recogniser.run(step.needs, SPEECH, store)
    assert len(store.meta(step.needs[0])["transcripts"]) == 1


def test_with_the_reference_engine_it_is_not_tested():
    config = load_config(None, {"rates_hz": (2000,), "privacy": {"attackers": "all", "engine": "openai-whisper"}})
    plan = attack.plan(config, SPEECH)
    assert plan.steps == ()
    assert "ctranslate2" in plan.results[0].value.reason
