"""What can be set of a microphone, and what is refused."""

import pytest
import soundfile
from pydantic import ValidationError

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import dump_toml, load_config


def test_what_is_usual_need_not_be_said():
    assert FrontEnd(filter="fir") == FrontEnd(filter="fir", order=64, cutoff=0.8, oversampling=8)
    assert FrontEnd(filter="butterworth").model_dump()["order"] == 4


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"cutoff": 0.5}, "ideal has no cutoff"),
        ({"filter": "none", "order": 2}, "none has no order"),
        ({"filter": "butterworth", "oversampling": 8}, "butterworth has no oversampling"),
        ({"filter": "butterworth", "order": 9}, "at most 8"),
        ({"filter": "brick"}, "filter"),
        ({"scene": {"environment": "pink"}}, "belong together"),
        ({"scene": {"environment_snr_db": 3}}, "belong together"),
        ({"scene": {"environment": "rain.wav", "environment_snr_db": 3}}, r"rain\.wav: cannot be read"),
    ],
)
def test_what_does_nothing_or_contradicts_itself_is_refused(given, complaint):
    with pytest.raises(ValidationError, match=complaint):
        FrontEnd.model_validate(given)


def test_the_old_key_is_answered_with_the_new_one(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text("[front_end]\nanti_alias = false\n")
    with pytest.raises(ConfigError, match=r'front_end: anti_alias has become filter.*"none" for false'):
        load_config(file)


def test_another_file_of_the_same_name_is_another_scene(tmp_path):
    path = tmp_path / "room.wav"
    soundfile.write(path, [0.5, 0.1], 16000)
    first = Scene(impulse_response=str(path))
    soundfile.write(path, [0.5, 0.2], 16000)
    assert Scene(impulse_response=str(path)).model_dump() != first.model_dump()
    with pytest.raises(ValidationError, match="sha256"):
        Scene.model_validate(first.model_dump())
    path.unlink()
    assert Scene.model_validate(first.model_dump()) == first


def test_a_room_is_made_up_or_measured(tmp_path):
    soundfile.write(tmp_path / "room.wav", [0.5, 0.1], 16000)
    with pytest.raises(ValidationError, match="either rt60_s"):
        Scene(impulse_response=str(tmp_path / "room.wav"), rt60_s=0.4)


def test_a_study_of_a_scene_survives_its_own_toml(tmp_path):
    scene = Scene(distance_m=3, rt60_s=0.4, environment="speech-shaped", environment_snr_db=5)
    config = StudyConfig(front_end=FrontEnd(filter="sigma_delta", scene=scene))
    (tmp_path / "again.toml").write_text(dump_toml(config))
    assert load_config(tmp_path / "again.toml") == config
