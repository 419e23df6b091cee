"""What is said of a network is checked before it is opened, all problems at once."""

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.given import declaration_of
from lowsr_tradeoff.settings.toml import load_config

WAVEFORM = 'rate_hz = 16000\ninput = "waveform"\noutput = "probabilities"\nclasses = ["Dog", "Bark", "rain"]\n'


def declared(folder, text):
    (folder / "net.toml").write_text(text, encoding="utf-8")
    return declaration_of(folder / "net.onnx")


def test_labels_stand_for_the_outputs_that_the_table_names_or_for_their_own(tmp_path):
    said = declared(tmp_path, WAVEFORM + '[labels]\ndog = ["Dog", "Bark"]\n')
    assert said.columns(("dog", "rain")) == ((0, 1), (2,))
    assert hash(said) == hash(declared(tmp_path, WAVEFORM + '[labels]\ndog = ["Dog", "Bark"]\n'))


def test_every_label_that_does_not_fit_is_told_at_once(tmp_path):
    said = declared(tmp_path, WAVEFORM + '[labels]\ndog = ["Dog", "Woof"]\ncat = ["Dog"]\n')
    with pytest.raises(ConfigError) as told:
        said.columns(("dog", "rain", "wind"))
    assert str(told.value) == 'dog: no output "Woof"; wind: no output "wind"; cat: no label of the corpus'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rate_hz = 16000\n", "input: Field required; output: Field required; classes: Field required"),
        ("rate_hz = ", "is not TOML in UTF-8"),
        (WAVEFORM + "colour = 3\n", "colour: Extra inputs are not permitted"),
        (WAVEFORM.replace("waveform", "log_mel"), "takes a front_end and window_s"),
        (WAVEFORM + 'front_end = "yamnet"\n', 'input = "log_mel" takes a front_end'),
        (WAVEFORM.replace('["Dog", "Bark", "rain"]', '["Dog"]'), "classes: Tuple should have at least 2 items"),
    ],
)
def test_a_toml_that_is_wrong_is_told_with_its_name(tmp_path, text, told):
    with pytest.raises(ConfigError) as error:
        declared(tmp_path, text)
    assert "net.toml: " in str(error.value)
    assert told in str(error.value)


def test_without_a_toml_the_remedy_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"net\.toml: cannot be read .*; net\.tflite needs it, see docs"):
        declaration_of(tmp_path / "net.tflite")


def test_a_file_is_taken_as_it_is():
    settings = ClassifySettings(network="mine/net.onnx")
    assert (settings.arms, settings.grids) == (("raw", "classical"), ("shared",))
    assert load_config(None, {"classify": {"network": "a.tflite", "arms": ["raw"]}}).classify.arms == ("raw",)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"arms": ("raw", "cssd")}, "is not trained: leave out cssd"),
        ({"arms": ("classical",)}, 'takes arms = \\["raw"\\]'),
        ({"adapt": "lora"}, "are for networks that are trained"),
        ({"grids": ("native",)}, "on the shared grid"),
    ],
)
def test_training_of_a_file_is_refused(more, told):
    with pytest.raises(ValueError, match=told):
        ClassifySettings(network="net.onnx", **more)
