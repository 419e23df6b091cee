"""Which front end a study hears through, and which of its devices have another."""

import numpy as np
import pytest

from lowsr_tradeoff.audio.filters import sample
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.devices import PROFILES, list_profiles, load_device
from lowsr_tradeoff.power.profiles.front_ends import unlike_the_first, with_front_ends
from lowsr_tradeoff.settings.front_end import FrontEnd, named_front_end
from lowsr_tradeoff.settings.study import StudyConfig

RC = FrontEnd(filter="butterworth", order=1)
FIR, ANALOGUE = "phone_cpu", "stm32u575"


def study(*devices, **settings):
    return StudyConfig(power={"devices": devices}, **settings)


@pytest.mark.parametrize("name", list_profiles("devices"))
def test_every_device_names_its_filter_with_basis_and_source(name):
    own = load_device(name).adc.filter
    assert named_front_end(own.value).filter in {"fir", "butterworth", "sigma_delta"}
    assert own.basis
    assert own.source


def test_a_study_hears_through_the_filter_of_its_first_device():
    assert with_front_ends(study(ANALOGUE, FIR)).front_end == RC
    assert with_front_ends(study(FIR, ANALOGUE)).front_end == FrontEnd(filter="fir")


def test_noise_floor_bits_and_scene_stay_those_of_the_settings():
    heard = with_front_ends(study(ANALOGUE, front_end={"bits": 12, "noise_floor_dbfs": -60}))
    assert heard.front_end == RC.model_copy(update={"bits": 12, "noise_floor_dbfs": -60})


def test_a_named_front_end_is_taken_for_every_device():
    asked = study(ANALOGUE, FIR, front_end=FrontEnd(), front_ends=("device", "none"))
    assert with_front_ends(asked).front_end == FrontEnd()
    assert with_front_ends(asked).front_ends == ("butterworth1", "none")
    assert unlike_the_first(asked) == {}


def test_devices_with_another_front_end_are_named_with_their_own():
    assert unlike_the_first(study(ANALOGUE, "stm32u385", FIR)) == {FIR: "fir64"}


def test_the_devices_of_a_study_by_default_share_a_front_end():
    assert unlike_the_first(StudyConfig()) == {}


def test_what_was_looked_up_once_stays():
    once = with_front_ends(study(ANALOGUE))
    assert with_front_ends(once) == once


def test_sound_cannot_be_heard_before_the_filter_is_looked_up():
    with pytest.raises(ValueError, match="with_front_ends"):
        sample(np.zeros(1600, np.float32), 16000, 1000, study(ANALOGUE).front_end)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('value = "butterworth1"', 'value = "rc"', r"adc\.filter\.value: front end rc: there is none"),
        ('value = "butterworth1"', 'value = "device"', r"adc\.filter\.value: device stands for"),
        ("filter = ", "filtre = ", r"adc\.filter: is missing; expects { value, basis, source }"),
    ],
)
def test_a_profile_without_a_filter_that_there_is_is_refused(tmp_path, old, new, complaint):
    text = (PROFILES / "devices" / "stm32u575.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=complaint):
        load_device(str(tmp_path / "mine.toml"))
