"""From settings to a model folder, going on from what a run folder holds."""

from lowsr_tradeoff.deploy.model.package import read_package
from lowsr_tradeoff.deploy.train import train_model
from lowsr_tradeoff.settings.toml import load_config


def test_steps_of_a_finished_study_are_not_run_again(small_study, small_run, tmp_path):
    done = []
    config = load_config(
        small_study, {"rates_hz": [1000], "classify.arms": ["finetuned"], "classify.grids": ["native"]}
    )
    package = train_model(config, small_run[0], tmp_path / "model", 1, done.append)
    assert [at.label for at in done] == ["1000 Hz native finetuned, all clips, repetition 1"]
    study = next(
        result
        for result in small_run[1].tradeoff.recognition.results
        if (result.rate_hz, result.grid, result.arm) == (1000, "native", "finetuned")
    )
    assert package.settings.tested.accuracy == study.accuracy
    assert package.settings.tested.macro_f1 == study.macro_f1
    assert package.settings.cost == study.cost
    assert read_package(tmp_path / "model").settings == package.settings
