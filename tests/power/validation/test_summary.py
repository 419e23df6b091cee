import json
import subprocess
import sys

from lowsr_tradeoff.power.validation import summary as module
from lowsr_tradeoff.power.validation.summary import accepted, complaints, summary


def test_every_check_says_what_it_held_out_and_how_it_went():
    checks = {error.check for error in summary()}
    assert {"inference energy", "inference latency", "duty", "average power at a second clock"} <= checks
    for error in summary():
        assert error.held_out
        assert 1 <= error.median.value <= error.p90.value <= error.worst.value
        assert (error.target is None) == (error.is_met is None)


def test_every_missed_target_has_its_reason_and_every_reason_its_missed_target():
    assert complaints(summary()) == ()
    for error in summary():
        assert (error.accepted is not None) == (error.is_met is False)
        assert error.accepted == accepted().get((error.check, error.scope)) or error.is_met is not False


def test_a_miss_without_a_reason_and_a_reason_without_a_miss_are_told(monkeypatch):
    missed = next(error for error in summary() if error.is_met is False)
    monkeypatch.setattr(module, "accepted", lambda: {("duty", "streaming wake word"): "because"})
    told = complaints([missed])
    assert told[0] == f"{missed.check}, {missed.scope}: the target is missed"
    assert "duty, streaming wake word: accepted.toml accepts a miss, but there is none" in told[1]


def test_the_command_fails_where_a_target_is_missed_without_a_reason():
    program = (
        "from lowsr_tradeoff.power.validation import summary; {}"
        "from lowsr_tradeoff.cli.main import main; main(['validate-power', '--json'])"
    )
    ok, missed = (
        subprocess.run([sys.executable, "-c", program.format(cut)], capture_output=True, text=True, check=False)
        for cut in ("", "summary.accepted = dict; ")
    )
    assert (ok.returncode, missed.returncode) == (0, 8)
    assert "the target is missed" in missed.stderr
    assert json.loads(missed.stdout)


def test_a_report_can_have_it_without_torch():
    program = (
        "import sys; from lowsr_tradeoff.power.validation.summary import summary; summary();"
        " print([m for m in ('torch', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
