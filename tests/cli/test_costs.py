"""How long a run goes on, from what steps took before and take now."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.cli import costs

SPEECH = {"speech": 64, "events": 400}
KINDS = st.sampled_from(["train", "features", "recognise"])
SECONDS = st.floats(0.01, 100)


def test_a_kind_that_nobody_knows_takes_what_the_others_take():
    assert costs.left_s({"train": [4.0]}, {"odd": 3}, 1, {}) == pytest.approx(12)


def test_the_end_is_never_nearer_than_the_longest_step_that_is_left():
    assert costs.left_s({"train": [30.0]}, {"train": 1}, 8, {}) == 30


@given(st.dictionaries(KINDS, SECONDS, min_size=1), st.dictionaries(KINDS, st.integers(1, 50), min_size=1))
def test_a_machine_that_is_twice_as_slow_takes_twice_as_long(took_s, n_left):
    known_s = {"train": 1.0, "features": 2.0, "recognise": 3.0}
    once = costs.left_s({kind: [s] for kind, s in took_s.items()}, n_left, 1, known_s)
    twice = costs.left_s({kind: [2 * s] for kind, s in took_s.items()}, n_left, 1, known_s)
    assert twice == pytest.approx(2 * once)


@given(st.dictionaries(KINDS, SECONDS, min_size=3), st.dictionaries(KINDS, st.integers(1, 50), min_size=1))
def test_where_steps_take_what_is_known_the_rest_is_their_sum_from_the_first_step_on(true_s, n_left):
    total = sum(n * true_s[kind] for kind, n in n_left.items())
    assert costs.left_s({}, n_left, 1, true_s) == pytest.approx(total)
    slower = {"train": [3 * true_s["train"]]}
    assert costs.left_s(slower, n_left, 1, true_s) == pytest.approx(3 * total)


def test_what_a_run_took_is_the_next_guess_at_the_size_of_the_default_run(cache):
    assert costs.seconds() == {kind: cost["seconds"] for kind, cost in costs.shipped().items()}
    costs.remember({"train": [4.0, 6.0], "words": [2.0], "odd": [9.0]}, {"events": 800, "speech": 32})
    found = costs.seconds()
    assert (found["train"], found["words"]) == (2.5, 4.0)
    assert "odd" not in found
    costs.remember({"words": [8.0]}, {"events": 1, "speech": 64})
    assert costs.seconds()["words"] == 8.0
    assert costs.seconds()["train"] == 2.5


def test_nothing_but_seconds_of_kinds_is_kept(cache):
    costs.remember({"train": [4.0]}, {"events": 400})
    held = json.loads(costs.kept().read_text())
    assert set(held) <= set(costs.shipped())
    assert all(isinstance(value, float) for value in held.values())


@pytest.mark.parametrize("content", ["", "[]", '{"train": "x"}', '{"train": -1}', '{"train": 1e99}', "\udcff"])
def test_a_cache_that_cannot_be_read_changes_nothing(cache, content):
    costs.kept().parent.mkdir()
    costs.kept().write_bytes(content.encode(errors="surrogateescape"))
    assert costs.seconds() == {kind: cost["seconds"] for kind, cost in costs.shipped().items()}


def test_a_cache_that_cannot_be_written_stops_no_run(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    costs.remember({"train": [4.0]}, {"events": 400})


def test_every_kind_of_step_of_a_default_run_has_a_cost(default_plan_kinds):
    assert default_plan_kinds == {kind: cost["corpus"] for kind, cost in costs.shipped().items()}


@pytest.fixture
def default_plan_kinds(tmp_path):
    from lowsr_tradeoff.runner.store import Store
    from lowsr_tradeoff.settings.toml import load_config
    from lowsr_tradeoff.study.plan import open_study
    from lowsr_tradeoff.study.run import steps_to_run

    study = open_study(load_config(None), tmp_path)
    n_clips = {"events": study.events.summary.n_clips, "speech": study.speech.summary.n_clips}
    assert n_clips == costs.DEFAULT_CLIPS
    return {step.stage: step.corpus for step in steps_to_run(study, Store(tmp_path))[0]}
