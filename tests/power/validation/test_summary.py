import subprocess
import sys

from lowsr_tradeoff.power.validation.summary import summary


def test_every_check_says_what_it_held_out_and_how_it_went():
    checks = {error.check for error in summary()}
    assert {"inference energy", "inference latency", "duty", "average power at a second clock"} <= checks
    for error in summary():
        assert error.held_out
        assert 1 <= error.median.value <= error.p90.value <= error.worst.value
        assert (error.target is None) == (error.is_met is None)


def test_a_report_can_have_it_without_torch():
    program = (
        "import sys; from lowsr_tradeoff.power.validation.summary import summary; summary();"
        " print([m for m in ('torch', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
