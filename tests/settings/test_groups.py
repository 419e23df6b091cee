"""Settings of one group that cannot go together are refused with the remedy."""

import re

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.toml import load_config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('network = "cnn14"\ngrids = ["native"]', 'set grids = ["shared"]'),
        ('checkpoint = "x.pth"', "are for published networks, not for small_vgg"),
        ('protocol = "paper"\nalpha = [0.1, 0.5]', "protocol paper takes one alpha"),
        ("patience = 3", "patience stops by the test fold"),
    ],
)
def test_settings_of_training_that_cannot_go_together_are_refused(tmp_path, text, said):
    (tmp_path / "c.toml").write_text(f"[classify]\n{text}\n")
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_config(tmp_path / "c.toml")


@pytest.mark.parametrize(
    ("given", "grids", "learning_rate"),
    [
        ({}, ("native",), 1e-2),
        ({"network": "mine:Net"}, ("native",), 1e-2),
        ({"network": "mine:Net", "checkpoint": "net.pth"}, ("native",), 1e-3),
        ({"network": "cnn14"}, ("shared",), 1e-2),
        ({"network": "yamnet", "grids": ["shared"]}, ("shared",), 1e-2),
        ({"network": "yamnet_256", "checkpoint": "net.h5"}, ("native",), 1e-3),
        ({"network": "yamnet_256", "checkpoint": "net.h5", "learning_rate": 0.5}, ("native",), 0.5),
    ],
)
def test_what_is_not_said_fits_the_network(given, grids, learning_rate):
    """At 1e-2 the first steps undo what yamnet_256 knows: after three the loss was 30, at 1e-3 one."""
    found = load_config(None, {"classify": given}).classify
    assert (found.grids, found.learning_rate) == (grids, learning_rate)


def test_a_language_whose_words_cannot_be_counted_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "c.toml").write_text('[privacy]\nlanguage = "de"\n')
    said = 'c.toml: privacy.language: words can be counted in English alone so far: write "en", or leave it out'
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_config(tmp_path / "c.toml")


def test_a_larger_whisper_that_is_not_tried_is_refused():
    with pytest.raises(ConfigError, match="larger_weights is of an attacker that is not tried"):
        load_config(None, {"privacy": {"larger_weights": "small.en"}})
    asked = load_config(None, {"privacy": {"larger_weights": "small.en", "attackers": "all"}})
    assert asked.privacy.larger_weights == "small.en"


def test_curves_of_attackers_that_are_not_tried_are_refused():
    with pytest.raises(ConfigError, match='set attackers = "all" too'):
        load_config(None, {"privacy": {"learning_curves": "all"}})
    asked = load_config(None, {"privacy": {"learning_curves": "all", "attackers": "all"}})
    assert asked.privacy.learning_curves == "all"
