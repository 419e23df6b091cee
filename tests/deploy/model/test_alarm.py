import numpy as np
import pytest
import soundfile
from tests.deploy.model.alarm_rule import rule
from tests.deploy.small_model import package

from lowsr_tradeoff.cli.main import main
from lowsr_tradeoff.deploy.model.card import model_card
from lowsr_tradeoff.deploy.model.package import read_package, write_package
from lowsr_tradeoff.deploy.model.predict import Alarm, load_model, mean_prediction, predict_windows


def ready(**changed):
    return load_model(package(alarm=rule("low", **changed)))


@pytest.fixture
def sound(tmp_path):
    rng = np.random.default_rng(0)
    t = np.arange(16000 * 6) / 16000
    tone = 0.2 * np.sin(2 * np.pi * np.where(t % 2 < 1, 150, 450) * t) + 0.01 * rng.standard_normal(len(t))
    file = tmp_path / "day.wav"
    soundfile.write(file, tone, 16000)
    return file


def test_an_alarm_is_held_and_then_raised_again():
    alarm = Alarm(package(alarm=rule("low", hold_s=1.0)).settings)
    low, high = np.array([0.1, 0.9]), np.array([0.9, 0.1])
    heard = [(0.0, high), (0.5, low), (1.0, low), (1.5, low), (2.0, high)]
    assert [alarm.raised(*window) for window in heard] == [False, True, False, True, False]


def test_certainty_is_above_every_threshold():
    alarm = Alarm(package(alarm=rule("low", threshold=50.0)).settings)
    assert alarm.raised(0.0, np.array([0.0, 1.0]))


def test_a_model_without_a_rule_says_nothing_of_alarms(sound):
    assert {window.is_alarm for window in predict_windows(load_model(package()), sound, 0.5)} == {None}


def test_a_file_raises_an_alarm_where_a_window_does(sound):
    windows = list(predict_windows(ready(threshold=-50.0), sound, 0.5))
    assert [window.is_alarm for window in windows] == [i % 2 == 0 for i in range(len(windows))]
    assert mean_prediction(windows).is_alarm
    silent = load_model(package(alarm=rule("high", threshold=50.0)))
    assert mean_prediction(predict_windows(silent, sound, 0.5)).is_alarm is False


def test_the_command_prints_alarms(sound, tmp_path, capsys):
    write_package(tmp_path / "model", package(alarm=rule("low", threshold=-50.0)))
    assert read_package(tmp_path / "model").settings.alarm == rule("low", threshold=-50.0)
    with pytest.raises(SystemExit, match="0"):
        main(["predict", str(tmp_path / "model"), str(sound), "--per", "window"])
    head, first, second, *_ = capsys.readouterr().out.splitlines()
    assert head == "file,start_s,end_s,label,probability,remark,alarm"
    assert (first[-4:], second[-3:]) == (",yes", ",no")


def test_the_card_tells_the_rule():
    text = model_card(package(alarm=rule("low", threshold=0.5)).settings)
    assert "listens for low: a window of which the log odds are at least 0.5000" in text
    assert "recalled 80.0 % [70.0, 90.0], n = 40 clips, with 2.00 per hour [1.00, 4.00], n = 6 false alarms" in text
