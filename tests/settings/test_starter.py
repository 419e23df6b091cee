"""The settings file to start from says of every setting what the program does with it."""

import json
import re
import tomllib
from importlib.resources import files

import pytest
from pydantic import BaseModel

from lowsr_tradeoff.settings.starter import described, meanings, starter_toml
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


def groups_of(group):
    yield group
    for _, value in group:
        if isinstance(value, BaseModel):
            yield from groups_of(value)


@pytest.fixture(scope="module")
def text():
    return starter_toml()


def test_it_loads_back_to_the_default_study(text, tmp_path):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path / "study.toml") == StudyConfig()


@pytest.mark.parametrize("group", list(groups_of(StudyConfig())), ids=lambda group: type(group).__name__)
def test_every_setting_is_explained_and_nothing_else(group):
    plain = {name for name, value in group if not isinstance(value, BaseModel)}
    assert plain <= set(meanings(type(group))) <= set(type(group).model_fields)


def names_in(group):
    return {name: names_in(value) if isinstance(value, BaseModel) else None for name, value in group}


def names_in_file(tree):
    return {name: names_in_file(value) if isinstance(value, dict) else None for name, value in tree.items()}


def test_every_setting_stands_in_its_own_table(text):
    tree = tomllib.loads(re.sub(r"^# (\w+) = …$", r"\1 = 0", text, flags=re.MULTILINE))
    assert names_in_file(tree) == names_in(StudyConfig())


def test_units_ranges_and_choices_are_those_of_the_settings(text):
    told = {line.partition("; default: ")[0] for line in text.splitlines()}
    for line in (
        "# Hz",
        "# seconds, 1 to 20",
        "# mAh, above 0",
        "# number, 0 to 1",
        '# one of "default", "all"',
        "# whole number, 2 or more",
        "# list of: tables with network, rate_hz, arm, alpha, temperature",
        '# list of: one of "shared", "native"',
    ):
        assert line in told, line
    assert "None for" not in text
    assert max(map(len, text.splitlines())) <= 116


def test_the_default_that_is_told_is_the_one_of_the_settings(text):
    config = StudyConfig()
    for name, value in (("battery_mah", config.power.battery_mah), ("pad_s", config.privacy.pad_s)):
        assert re.search(rf"default: {value}\n{name} = {value}\n", text)
    assert "default: unset\n# min_accuracy = …" in text


def test_the_table_that_flags_are_made_from_is_the_one_of_the_settings():
    kept = (files("lowsr_tradeoff") / "settings" / "described.json").read_text(encoding="utf-8")
    assert json.loads(kept) == described(), "make it anew: python -m lowsr_tradeoff.settings.starter"
