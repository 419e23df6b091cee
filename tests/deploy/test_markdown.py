from lowsr_tradeoff.deploy.markdown import percent
from lowsr_tradeoff.records.base import missing


def test_a_share_that_was_not_measured_says_why():
    assert percent(missing("no clip", "clips")) == "not measured: no clip"
