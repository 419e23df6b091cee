"""Settings files: precedence, paths, complaints, round trip."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.limits import Constraints
from lowsr_tradeoff.settings.study import MIN_RATE_HZ, StudyConfig
from lowsr_tradeoff.settings.toml import dump_toml, load_config


def test_flags_go_before_the_file_and_the_file_before_defaults(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text("seed = 3\nrates_hz = [700]\n[power]\nbattery_mah = 50\n")
    config = load_config(file, {"rates_hz": [900], "power": {"devices": ["nrf52840"]}, "seed": None})
    assert config.rates_hz == (900,)
    assert config.power.devices == ("nrf52840",)
    assert config.seed == 3
    assert config.power.battery_mah == 50
    assert config.power.battery_v == StudyConfig().power.battery_v


def test_paths_in_a_file_start_at_the_file(tmp_path):
    file = tmp_path / "study.toml"
    (tmp_path / "sounds").mkdir()
    file.write_text(
        '[events]\nsource = "sounds"\n[speech]\nsource = "demo"\n'
        '[privacy]\nweights = "../weights"\n[power]\ndevices = ["nrf52840", "./board.toml"]\n'
    )
    config = load_config(file)
    assert config.events.source == str(tmp_path / "sounds")
    assert config.speech.source == "demo"
    assert config.privacy.weights == f"{tmp_path}/../weights"
    assert config.power.devices == ("nrf52840", f"{tmp_path}/board.toml")


def test_every_wrong_setting_is_named_at_once(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text("rate_hz = [500]\n[classify]\nepochs = 0\n[power]\nbatery_mah = 3\n")
    with pytest.raises(ConfigError) as error:
        load_config(file)
    text = str(error.value)
    assert "did you mean rates_hz?" in text
    assert "did you mean battery_mah?" in text
    assert "classify.epochs" in text
    assert text.count(str(file)) == 3


def test_a_file_that_is_absent_or_no_toml_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "absent.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("a = = 1")
    with pytest.raises(ConfigError, match="not TOML"):
        load_config(broken)


@given(
    st.builds(
        StudyConfig,
        rates_hz=st.lists(st.integers(MIN_RATE_HZ, 16000), min_size=1, max_size=5, unique=True).map(tuple),
        seed=st.integers(0, 2**31),
        constraints=st.builds(Constraints, min_accuracy=st.none() | st.floats(0, 1)),
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="/.\0"), min_size=1),
)
def test_written_settings_read_back_equal(tmp_path_factory, config, name):
    config = config.model_copy(update={"events": config.events.model_copy(update={"source": "/" + name})})
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_text(dump_toml(config), encoding="utf-8", newline="")
    assert load_config(file) == config


@pytest.mark.parametrize("preset", ["paper-esc50", "paper-tau2019"])
def test_presets_load_by_name(preset):
    config = load_config(Path(preset))
    assert config.classify.protocol == "paper"
    assert config.rates_hz == (1000, 2000)


def test_the_paper_preset_holds_the_papers_table_and_pairs():
    settings = load_config(Path("paper-esc50")).classify
    published = {(p.network, p.rate_hz, p.arm): p.accuracy for p in settings.published}
    assert published["cnn14", 2000, "cssd"] == 0.719
    assert published["mobilenetv2", 1000, "basd"] == 0.479
    pairs = {(c.network, c.rate_hz, c.arm): (c.alpha, c.temperature) for c in settings.chosen}
    assert pairs["cnn14", 1000, "cssd"] == (0.4, 5.0)
    # On ESC-50 the paper chose a higher T for CSSD than for BASD, six times of six.
    assert all(pairs[n, r, "cssd"][1] > pairs[n, r, "basd"][1] for n, r, arm in pairs if arm == "basd")


def test_lists_of_tables_survive_the_way_to_toml_and_back(tmp_path):
    config = load_config(Path("paper-esc50"))
    (tmp_path / "c.toml").write_text(dump_toml(config))
    assert load_config(tmp_path / "c.toml") == config


def test_files_of_the_scene_lie_beside_the_settings(tmp_path):
    soundfile.write(tmp_path / "room.wav", np.eye(1, 100)[0], 16000)
    (tmp_path / "c.toml").write_text('[front_end.scene]\nimpulse_response = "room.wav"\n')
    assert load_config(tmp_path / "c.toml").front_end.scene.impulse_response == str(tmp_path / "room.wav")


def test_the_folder_of_librispeech_lies_beside_the_settings(tmp_path):
    (tmp_path / "c.toml").write_text('[speech]\nsource = "librispeech:archives/dev-clean"\n')
    wanted = f"librispeech:{tmp_path / 'archives' / 'dev-clean'}"
    assert load_config(tmp_path / "c.toml").speech.source == wanted
