"""What can be set of a microphone, what is refused, and names of front ends: there and back, and none of two."""

from pathlib import Path

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene, name_of, named_front_end
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import dump_toml, load_config

FRONT_ENDS = st.builds(
    FrontEnd,
    filter=st.sampled_from(["ideal", "fir", "butterworth", "sigma_delta", "none"]),
    noise_floor_dbfs=st.sampled_from([None, -80.0, -60.0]),
    bits=st.integers(2, 24),
    scene=st.builds(Scene, distance_m=st.sampled_from([0.5, 1.0, 3.0]), rt60_s=st.sampled_from([None, 0.5])),
)


def test_what_is_usual_need_not_be_said():
    assert FrontEnd(filter="fir") == FrontEnd(filter="fir", order=64, cutoff=0.8, oversampling=8)
    assert FrontEnd(filter="butterworth").model_dump()["order"] == 4


@pytest.mark.parametrize(
    ("settings", "complaint"),
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
def test_what_does_nothing_or_contradicts_itself_is_refused(settings, complaint):
    with pytest.raises(ValidationError, match=complaint):
        FrontEnd.model_validate(settings)


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


@pytest.mark.parametrize(
    ("text", "front_end"),
    [
        ("ideal", FrontEnd()),
        ("none", FrontEnd(filter="none")),
        ("fir64", FrontEnd(filter="fir")),
        ("fir128", FrontEnd(filter="fir", order=128)),
        ("butterworth1", FrontEnd(filter="butterworth", order=1)),
        ("Butterworth", FrontEnd(filter="butterworth", order=4)),
        ("sigma-delta", FrontEnd(filter="sigma_delta", order=3, oversampling=64)),
        ("sigma_delta4", FrontEnd(filter="sigma_delta", order=4)),
    ],
)
def test_a_name_stands_for_its_front_end(text, front_end):
    assert named_front_end(text) == front_end
    assert named_front_end(name_of(front_end)) == front_end


@pytest.mark.parametrize("text", ["", "rc", "ideal4", "none2", "butterworth9", "butterworth0", "fir-64", "4"])
def test_a_name_of_nothing_says_what_there_is(text):
    with pytest.raises(
        ConfigError, match=r"(did you mean|there are) .* Written as ideal, none, fir<taps>, butterworth<order>"
    ):
        named_front_end(text)


def test_noise_bits_and_scene_come_from_the_study():
    like = FrontEnd(noise_floor_dbfs=-60, bits=12, scene=Scene(distance_m=3))
    assert named_front_end("none", like) == like.model_copy(update={"filter": "none"})


@given(FRONT_ENDS, FRONT_ENDS)
def test_two_front_ends_have_two_names(one, other):
    assert (name_of(one) == name_of(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "[front_end]\nbits = 12\n", "[front_end.scene]\ndistance_m = 2.0\n"])
def test_a_study_hears_through_the_filter_of_its_device_unless_another_is_named(tmp_path, text):
    (tmp_path / "study.toml").write_text(text)
    assert load_config(tmp_path / "study.toml").front_end.filter == "device"
    assert load_config(tmp_path / "study.toml", {"front_end": {"filter": "ideal"}}).front_end.filter == "ideal"


def test_the_filter_of_a_device_has_neither_order_nor_cutoff_of_the_settings():
    with pytest.raises(ValidationError, match="filter device has no order"):
        StudyConfig(front_end={"order": 2})


@pytest.mark.parametrize("preset", ["paper-esc50", "paper-tau2019"])
def test_presets_of_the_paper_hear_through_a_brick_wall(preset):
    assert load_config(Path(preset)).front_end.filter == "ideal"
