"""The tutorial: its commands run in its order, on small recordings with the names that it gives them."""

import csv
import re
import shlex
from pathlib import Path

import pytest
import soundfile
from tests.conftest import SPEECH, write_tones

from lowsr_tradeoff.cli.main import main
from lowsr_tradeoff.settings.toml import load_config

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")


def block(language):
    """The one block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


def commands():
    text = "".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    return [shlex.split(line.removeprefix("uv run lowsr-tradeoff ")) for line in text.splitlines()]


def write_speech_of_the_page(folder):
    """The embedded recordings of the sentences in the page's table, as WAV files of the names it has there."""
    folder.mkdir()
    (folder / "metadata.csv").write_text(block("csv"), encoding="utf-8")
    with (Path(str(SPEECH)) / "metadata.csv").open(encoding="utf-8", newline="") as file:
        recordings = {row["text"]: row["file"] for row in reversed(list(csv.DictReader(file)))}
    for row in csv.DictReader(block("csv").splitlines()):
        soundfile.write(folder / row["file"], *soundfile.read(Path(str(SPEECH)) / recordings[row["text"]]))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The folder in which a reader of the page works; its study is shortened to one epoch and one rate."""
    folder = tmp_path_factory.mktemp("tutorial")
    write_tones(folder / "my-sounds", {"doorbell": 300, "smoke alarm": 3000}, n_clips=5, duration_s=0.3)
    (folder / "my-sounds" / "doorbell" / "0.wav").rename(folder / "my-sounds" / "doorbell" / "kitchen-1.wav")
    write_speech_of_the_page(folder / "my-speech")
    short = block("toml").replace("epochs = 20", "epochs = 1").replace("[1000, 4000]", "[1000]")
    assert short != block("toml")
    (folder / "study.toml").write_text(short, encoding="utf-8")
    return folder


def outcome(arguments, capsys):
    """The exit code and the output of one command line."""
    jobs = ["--jobs", "1"] if "--config" in arguments else []
    with pytest.raises(SystemExit) as left:
        main([*arguments, *jobs])
    return left.value.code, capsys.readouterr().out


def test_the_commands_of_the_tutorial_do_what_it_says(desk, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(desk)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    dry, run, gate, train, predict = commands()
    code, told = outcome(dry, capsys)
    assert code == 0
    assert "doorbell 5" in told
    assert not (desk / "my-run").exists()
    code, told = outcome(run, capsys)
    assert code == 0
    assert "1 kHz" in told
    assert {"report.html", "claims.md", "decision.md"} <= {file.name for file in (desk / "my-run").iterdir()}
    # Ten clips are too few to meet a limit by their interval.
    assert outcome(gate, capsys)[0] == 6
    assert outcome(train, capsys)[0] == 0
    code, told = outcome(predict, capsys)
    assert code == 0
    assert "kitchen-1.wav" in told


def test_the_settings_of_the_tutorial_are_settings(tmp_path):
    (tmp_path / "study.toml").write_text(block("toml"), encoding="utf-8")
    for name in ("my-sounds", "my-speech"):
        (tmp_path / name).mkdir()
    assert load_config(tmp_path / "study.toml").rates_hz == (1000, 4000)
