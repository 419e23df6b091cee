"""The page on networks of one's own: its class is trained by its commands, and predicts when it is named again."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from tests.conftest import write_speech, write_tones

from lowsr_tradeoff.cli.main import main
from lowsr_tradeoff.reports.exports.run_files import load
from lowsr_tradeoff.runner.own_code import code_of_module

PAGE = (Path(__file__).parents[2] / "docs" / "bring-your-own-network.md").read_text(encoding="utf-8")
SHORT = """[events]
n_folds = 2
[speech]
source = "my-speech"
[classify]
epochs = 2
batch_size = 4
arms = ["raw", "cssd"]
grids = ["native"]
[privacy]
learning_curves = "none"
"""


def block(language):
    """The first block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The folder in which a reader of the page works; the study is shortened."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "my_net.py").write_text(block("python"), encoding="utf-8")
    (tmp_path / "short.toml").write_text(SHORT.replace("my-s", f"{tmp_path}/my-s"), encoding="utf-8")
    write_tones(tmp_path / "my-sounds", {"dog": 150, "rain": 3000}, n_clips=4, duration_s=0.3)
    write_speech(tmp_path / "my-speech")
    return tmp_path


def outcome(line, capsys):
    """The exit code and the output of one command line."""
    arguments = shlex.split(line.removeprefix("lowsr-tradeoff "))
    with pytest.raises(SystemExit) as left:
        main(arguments if arguments[0] == "predict" else [*arguments, "--config", "short.toml", "--jobs", "1"])
    return left.value.code, "".join(capsys.readouterr())


def test_the_class_of_the_page_is_trained_put_to_use_and_named_each_time(desk, capsys):
    run, train, predict = block("sh").splitlines()
    code, told = outcome(run, capsys)
    assert (code, "1 kHz" in told) == (0, True), told
    tradeoff = load(desk / "my-run" / "tradeoff.json")
    assert tradeoff.provenance.libraries["my_net:MyNet"] == code_of_module("my_net")
    costs = {result.rate_hz: result.cost for result in tradeoff.recognition.results}
    # The first convolution: 25 weights for each of 16 maps at every other of 16 bands and 7 frames.
    assert costs[1000].macs["conv"] > 8 * 4 * 16 * 25
    code, told = outcome(train, capsys)
    assert code == 0, told
    assert "# my_net:MyNet for a microphone at 1000 Hz" in (desk / "my-model" / "README.md").read_text()
    code, told = outcome(predict, capsys)
    assert code == 0, told
    assert re.search(r"my-sounds/dog/1\.wav,0\.0,0\.3,(dog|rain),", told)
    code, told = outcome(predict.partition(" --network")[0], capsys)
    assert code == 2
    assert "is the class my_net:MyNet" in told
    assert "if you trust it, predict and export take --network my_net:MyNet" in told
