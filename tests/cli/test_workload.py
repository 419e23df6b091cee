import pytest

from lowsr_tradeoff.cli.workload import workload
from lowsr_tradeoff.errors import ConfigError


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile"])
def test_a_network_by_name_answers_and_is_counted(name):
    infer, cost = workload(name)
    assert infer().shape == (1, 50)
    assert (cost.rate_hz, cost.window_s) == (16000, 5.0)
    assert sum(cost.macs.values()) > 0


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="one of small_vgg"):
        workload(str(tmp_path / "absent"))
