"""The command hands over what it chose, and tells what a run does not have before anything is loaded."""

import pytest
from tests.reports.conftest import PLAIN

from lowsr_tradeoff.deploy.firmware import folder
from lowsr_tradeoff.records.run import TRADEOFF
from lowsr_tradeoff.reports.exports.run_files import to_json


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / TRADEOFF).write_text(to_json(PLAIN))
    return folder


def test_it_writes_into_the_run_unless_told_where(run, tmp_path, call, monkeypatch):
    asked = []
    monkeypatch.setattr(folder, "write_handover", lambda *given, **more: asked.append((*given, more)))
    code, out, _ = call("handover", run, "--rate", 1000, "--arm", "basd", "--device", "nrf52840", "-j", 1)
    assert (code, out) == (0, f"{run / 'handover' / '1000-native-basd-nrf52840'}\n")
    assert call("handover", run, "--rate", 500, "--to", tmp_path, "--held-out", "-q")[1] == f"{tmp_path}\n"
    assert asked[0][2].condition.arm == "basd"
    assert asked[1][2].condition.rate_hz == 500
    assert [each[-1] for each in asked] == [{"is_held_out_counted": False}, {"is_held_out_counted": True}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--rate", 700), "--rate 700: the run has 500, 1000, 2000, 4000, 16000 Hz; take one of these"),
        (("--rate", 1000, "--arm", "dkd"), "--arm dkd: the run has"),
        (
            ("--rate", 1000, "--device", "none"),
            "none: is no known device; lowsr-tradeoff devices lists what there is",
        ),
        (("--rate", 1000, "-j", 0), "-j 0: give 1 or more"),
    ],
)
def test_what_cannot_be_is_told_with_the_remedy(run, call, options, told):
    code, out, err = call("handover", run, *options)
    assert (code, out) == (2, "")
    assert told in err


def test_a_folder_without_a_run_is_told(tmp_path, call):
    code, _, err = call("handover", tmp_path, "--rate", 1000)
    assert code == 3
    assert "is this the folder of a finished run?" in err
