"""The model card says what was measured, on what, and what it is not for."""

from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.model.card import model_card
from lowsr_tradeoff.settings.front_end import FrontEnd


def test_the_card_has_the_figures_of_the_settings():
    settings = package().settings
    card = model_card(settings)
    assert card.startswith("# small_vgg for a microphone at 1000 Hz\n")
    assert "Accuracy: 75.0 % [65.0, 85.0], n = 12 clips" in card
    assert "2 parts of the corpus were held out in turn" in card
    assert f"{settings.cost.parameters} weights" in card
    assert "tones: 12 clips from 12 sources, 6 s (digest abababababababab). Two tones." in card
    assert "Licence of the data: CC BY 4.0." in card
    assert "| rate hz | 1000 |" in card
    assert "| noise floor dbfs | -80.0 |" in card
    assert "| bits | 16 |" in card
    assert "| high | 75.0 % [65.0, 85.0], n = 12 clips |" in card


def test_what_is_not_known_or_flatters_is_said():
    settings = package().settings
    assert "not stated; find out" in model_card(settings.model_copy(update={"data_licence": None}))
    flattering = settings.tested.model_copy(update={"protocol": "paper"})
    assert "chosen on the tested clips" in model_card(settings.model_copy(update={"tested": flattering}))
    assert "chosen on the tested clips" not in model_card(settings)
    made_up = settings.corpus.model_copy(update={"is_synthetic": True})
    assert "trained on synthetic sounds" in model_card(settings.model_copy(update={"corpus": made_up}))


def test_a_part_without_noise_is_said_to_have_none():
    assert "| noise floor dbfs | none |" in model_card(package(front_end=FrontEnd(noise_floor_dbfs=None)).settings)


def test_a_label_cannot_break_the_table():
    card = model_card(package(classes=("a|b", "c")).settings)
    assert "| a/b | 75.0 %" in card
