"""Two tones to tell apart, and the settings of one network that learns them in seconds."""

import pytest
from tests.conftest import write_tones

from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.deploy.model.train import plan_model
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig


def study(rate_hz=1000, arm="finetuned", grid="native"):
    classify = ClassifySettings(arms=(arm,), grids=(grid,), epochs=4, batch_size=4, n_seeds=2)
    front_end = FrontEnd(filter="ideal")
    return StudyConfig(
        rates_hz=(rate_hz,), reference_rate_hz=8000, n_resamples=200, classify=classify, front_end=front_end
    )


def plan_of(corpus, arm="finetuned", grid="native"):
    return plan_model(study(arm=arm, grid=grid), corpus, Condition(1000, grid, arm), is_int8_counted=True)


@pytest.fixture(scope="session")
def two_tones(tmp_path_factory):
    """Six clips of each of two classes, in two folds."""
    events = write_tones(tmp_path_factory.mktemp("tones"), {"low": 150, "high": 400})
    return load_events(str(events), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The store of a run that has not begun."""
    return Store(tmp_path_factory.mktemp("run"))
