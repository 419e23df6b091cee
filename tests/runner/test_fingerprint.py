"""A key follows from all that its function computes with, and from nothing else."""

import shutil
from graphlib import TopologicalSorter
from importlib.metadata import version

import pytest

from lowsr_tradeoff.runner import fingerprint
from lowsr_tradeoff.runner.fingerprint import CARRIERS, PACKAGE, code_of, imports_of, libraries_of, reached
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.study.plan import open_study, plan

HASHES = (fingerprint.code_of, fingerprint._sha256, fingerprint.package_code)
CACHED = (*HASHES, fingerprint.reached, fingerprint.imports_of, fingerprint.version_of)


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    """What runs the steps of a study with every attacker."""
    privacy = {"attackers": "all", "learning_curves": "all"}
    config = StudyConfig.model_validate(
        {"rates_hz": (1000,), "privacy": privacy, "classify": {"alpha": (0.2, 0.4)}}
    )
    wanted = plan(open_study(config, tmp_path_factory.mktemp("run"))).steps
    return sorted({step.run for goal in wanted for step in (goal, *goal.needs)})


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the package that may be edited."""
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("data", "__pycache__", "templates"))
    monkeypatch.setattr(fingerprint, "PACKAGE", copy)
    forget()
    yield copy
    forget()


def forget(cached=CACHED):
    for function in cached:
        function.cache_clear()


def edit(module: str) -> None:
    """Change a module and none of its imports, which need not be read again."""
    with fingerprint._file(module).open("a") as file:
        file.write("\nEDITED = True\n")
    forget(HASHES)


@pytest.mark.parametrize(
    ("function", "module"),
    [
        ("classify.train_step:run", "corpora.clips"),  # clips_of
        ("classify.train_step:run", "classify.inner_folds"),  # validation_fold
        ("classify.feature_step:run", "corpora.demo_sounds"),
        ("privacy.attackers.vocabulary.spotter:run", "privacy.attackers.vocabulary.step_settings"),
        ("privacy.attackers.vocabulary.spotter:run", "learning.networks.small_vgg"),
        ("privacy.whisper.transcribe:run", "privacy.whisper.decoding"),
        ("privacy.whisper.transcribe:run", "audio.capture"),
    ],
)
def test_an_edit_of_what_a_step_reaches_changes_its_key(copied, function, module):
    before = code_of(function)
    edit(module)
    assert code_of(function) != before


def test_an_edit_changes_the_keys_of_the_functions_that_reach_the_module_and_no_others(copied, functions):
    within = {function: set(reached(function)) for function in functions}
    before = {function: code_of(function) for function in functions}
    for module in sorted(set.union(*within.values())):
        edit(module)
        after = {function: code_of(function) for function in functions}
        changed = {function for function in functions if after[function] != before[function]}
        assert changed == {function for function in functions if module in within[function]}, module
        before = after
    forget()
    assert {function: code_of(function) for function in functions} == before


def test_an_edit_of_a_report_a_message_or_a_settings_description_does_not(copied, functions):
    before = [code_of(function) for function in functions]
    for module in (
        "settings.groups",
        "settings.study",
        "reports.wording",
        "errors",
        "cli.study",
        "runner.schedule",
    ):
        edit(module)
    assert [code_of(function) for function in functions] == before


def test_a_step_reaches_modules_that_are_imported_late_and_through_packages():
    found = reached("privacy.whisper.transcribe:run")
    assert {"privacy.whisper.ctranslate", "privacy.whisper.openai", "corpora.demo_sounds", "audio"} <= set(found)
    assert not {module.partition(".")[0] for module in found} & CARRIERS


def test_no_step_reaches_reports_the_command_line_or_the_study(functions):
    rooms = {module.partition(".")[0] for function in functions for module in reached(function)}
    assert not rooms & {"cli", "reports", "study", "deploy", "notebook", "decision"}


def test_what_only_type_checkers_import_does_not_count(copied):
    (copied / "typed.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\nelse:\n    import soxr\n"
    )
    assert imports_of("typed").libraries == {"soxr"}


def test_libraries_are_those_that_are_imported_and_what_computes_behind_them():
    found = libraries_of(["privacy.whisper.transcribe:run", "privacy.words.step:run"])
    assert {"ctranslate2", "faster-whisper", "tokenizers", "openai-whisper", "jiwer", "soxr"} <= found.keys()
    assert found["numpy"] == version("numpy")


def test_another_version_of_a_library_changes_the_key(monkeypatch):
    before = code_of("audio.capture:capture")
    monkeypatch.setattr(fingerprint, "version", lambda name: f"{version(name)}.1")
    forget()
    assert code_of("audio.capture:capture") != before
    forget()


def test_other_instructions_change_the_keys_of_what_computes_in_int8_and_no_others(monkeypatch):
    functions = {"privacy.whisper.transcribe:run": True, "privacy.attackers.moonshine_step:run": True}
    functions |= {"privacy.words.step:run": False, "classify.train_step:run": False}
    before = {function: code_of(function) for function in functions}
    monkeypatch.setattr(fingerprint, "instructions", lambda: "another processor's")
    forget()
    assert {function: code_of(function) != before[function] for function in functions} == functions
    forget()


def test_a_function_of_no_module_is_an_error_not_an_empty_hash():
    with pytest.raises(FileNotFoundError, match=r"no_such\.py"):
        code_of("no_such:run")


def test_provenance_names_versions_and_weights():
    found = fingerprint.provenance(["classify.train_step:run"], {"whisper": "abc"})
    assert found.libraries["torch"] == version("torch")
    assert found.weights == {"whisper": "abc"}


def test_no_modules_import_each_other_in_a_circle():
    """An import inside a function counts: it hides a circle, it does not open it."""
    files = (file.relative_to(PACKAGE).with_suffix("") for file in PACKAGE.rglob("*.py"))
    modules = {".".join(file.parts).removesuffix(".__init__") for file in files} - {"__init__", "__main__"}
    graph = {
        one: {other for other in imports_of(one).modules if not f"{one}.".startswith(f"{other}.")}
        for one in modules
    }
    assert set(TopologicalSorter(graph).static_order()) >= modules  # raises CycleError, which names the circle
