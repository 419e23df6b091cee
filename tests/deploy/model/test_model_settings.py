"""Settings of a model name the images that it was trained on."""

import numpy as np
from tests.deploy.small_model import package

from lowsr_tradeoff.classify.feature_step import image_of
from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.learning.mel import lay_out


def test_settings_come_back_from_json():
    settings = package().settings
    assert ModelSettings.model_validate_json(settings.model_dump_json()) == settings


def test_features_are_those_of_the_layout():
    settings = package().settings
    image = image_of(np.ones(500, np.float32), settings.features)
    assert image.shape == lay_out(1000, "native", 0.5).image
