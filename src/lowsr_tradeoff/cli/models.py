"""Commands on one network: train it, classify sounds with it, export it."""

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import Config, Flag, Folder, Jobs, Quiet, Rate, app
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import tell, tell_json
from lowsr_tradeoff.cli.progress import step_progress
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.files.safe_text import cell

if TYPE_CHECKING:
    from lowsr_tradeoff.corpora.clips import EventCorpus
    from lowsr_tradeoff.deploy.model.predict import Model, Prediction


@app.command
@with_settings(
    network="classify.network",
    checkpoint="classify.checkpoint",
    epochs="classify.epochs",
    events="events.source",
    target="alarms.target",
    background="alarms.background",
    reference_rate="reference_rate_hz",
    seed="seed",
    device_type="device_type",
    skip_bad="skip_bad",
)
def train(
    given: Given,
    *,
    rate: Rate,
    to: Folder,
    arm: str = "finetuned",
    grid: Literal["shared", "native"] = "shared",
    config: Config = None,
    data_licence: str | None = None,
    run: Folder = Path("lowsr-run"),
    jobs: Jobs = None,
    int8: Flag = False,
    quiet: Quiet = False,
) -> None:
    """Train one network for one rate and write it to a model folder.

    First networks trained alike are tested by cross-validation, then one is trained on all clips.

    Examples:
        lowsr-tradeoff train --rate 1k --arm cssd --events my-sounds --to my-model

    Args:
        rate: The microphone's rate in Hz.
        to: The model folder to write.
        arm: How to train: finetuned, basd, cssd, or another of the study's arms.
        grid: Feature layout: shared (restored to 16 kHz) or native (laid out for the rate).
        data_licence: Licence of the sounds, for the model card.
        run: Folder of a run whose finished steps are used, and that an interrupted training goes on from.
        int8: Count on the held-out clips what int8 costs; trains every tested network twice.
    """
    from lowsr_tradeoff.deploy.model.train import train_model
    from lowsr_tradeoff.reports.wording import class_counts, number, percent, points
    from lowsr_tradeoff.runner.machine import n_cores
    from lowsr_tradeoff.settings.toml import load_config

    classify = {**given.get("classify", {}), "arms": [arm], "grids": [grid]}
    settings = load_config(config, {**given, "rates_hz": [rate], "classify": classify})
    with step_progress(is_quiet=quiet) as show:
        package = train_model(
            settings, run, to, jobs or n_cores(), show, data_licence=data_licence, is_int8_counted=int8
        )
    tested = package.settings.tested
    tell(f"classes: {class_counts(package.settings.corpus)}")
    tell(f"accuracy in cross-validation: {percent(tested.accuracy)}")
    if rule := package.settings.alarm:
        tell(f"recall of {rule.target}: {percent(rule.tested.recall)}")
        tell(f"false alarms: {number(rule.tested.false_alarms_per_hour)}")
    if tested.int8:
        tell(f"in int8, minus float: {points(tested.int8.difference)}")
    tell(to)


@app.command
def predict(
    model: Path,
    /,
    *files: Path,
    hop: float | None = None,
    per: Literal["file", "window"] = "file",
    format_: Annotated[Literal["csv", "json"], Parameter(name="--format")] = "csv",
    network: str | None = None,
) -> None:
    """Name the sounds in audio files; files of any length take little memory.

    A file that cannot be read is named; one that is silent, badly scaled or too short has a remark and no label.
    The others go on, and the exit code is 3. A model that was trained with --target says of every window whether it
    raises an alarm, and of a file whether any does.

    Examples:
        lowsr-tradeoff predict my-model street.wav kitchen.m4a --per window

    Args:
        model: A model folder.
        files: WAV, FLAC, M4A or other sound files at the model's rate or above.
        hop: Seconds from one window to the next; a window when left out.
        per: One answer per file (the mean over its windows) or per window.
        format_: CSV, or one JSON object a line with the probability of every class.
        network: The class of a model that was trained with one of yours, whose code is run: package.module:Class.
    """
    from lowsr_tradeoff.deploy.model.package import read_package
    from lowsr_tradeoff.deploy.model.predict import load_model, mean_prediction, predict_windows

    if not files:
        raise ConfigError("predict: give at least one audio file after the model folder")
    if hop is not None and not 0 < hop < float("inf"):
        raise ConfigError(f"--hop {hop}: give seconds above 0")
    loaded = load_model(read_package(model), network)
    if format_ == "csv":
        alarm = ("alarm",) if loaded.settings.alarm else ()
        _print_csv("file", "start_s", "end_s", "label", "probability", "remark", *alarm)
    n_bad = 0
    for file in files:
        rule = loaded.settings.alarm
        windows = predict_windows(loaded, file, hop or (rule.hop_s if rule else loaded.settings.clip_s))
        try:
            is_heard = False
            for prediction in windows if per == "window" else (mean_prediction(windows),):
                _print_prediction(loaded, file, prediction, format_)
                is_heard |= prediction.fault is None
            n_bad += not is_heard
        except DataError as error:
            tell(f"lowsr-tradeoff: {error}", to=sys.stderr)
            n_bad += 1
    if n_bad:
        raise DataError(f"{n_bad} of {len(files)} files could not be classified; the lines above say why")


@app.command
def export(
    model: Path,
    /,
    *,
    onnx: Path,
    int8: Flag = False,
    calibration: str | None = None,
    network: str | None = None,
) -> None:
    """Write a model's network as ONNX: from log-mel image to class scores.

    Examples:
        lowsr-tradeoff export my-model --onnx model.onnx --int8 --calibration my-sounds

    Args:
        model: A model folder.
        onnx: File to write; its scores are checked against torch's.
        int8: Write <file>.int8.onnx beside it, and count what int8 costs in accuracy.
        calibration: Sounds that set the ranges of int8 and judge it: as --events of lowsr-tradeoff run.
        network: The class of a model that was trained with one of yours, whose code is run: package.module:Class.
    """
    from lowsr_tradeoff.deploy.model.onnx_export import export_onnx
    from lowsr_tradeoff.deploy.model.package import read_package
    from lowsr_tradeoff.deploy.model.predict import load_model

    if int8 and calibration is None:
        raise ConfigError("--int8: add --calibration with sounds that have the model's labels, as in use")
    if calibration and not int8:
        raise ConfigError("--calibration: is for int8 alone; add --int8, or leave it out")
    loaded = load_model(read_package(model), network)
    corpus = _calibration(loaded, calibration) if calibration else None
    difference = export_onnx(loaded, onnx)
    tell(f"largest difference from torch: {difference:.1e} of the largest score", to=sys.stderr)
    tell(onnx)
    if int8 and corpus:
        _export_int8(loaded, onnx, corpus)


def _print_prediction(model: "Model", file: Path, prediction: "Prediction", form: str) -> None:
    classes = model.settings.classes
    label, probability = prediction.best(classes) or (None, None)
    start_s, end_s = round(prediction.start_s, 3), round(prediction.end_s, 3)
    if form == "csv":
        shown = None if probability is None else f"{probability:.4f}"
        alarm = () if prediction.is_alarm is None else ("yes" if prediction.is_alarm else "no",)
        _print_csv(str(file), start_s, end_s, label, shown, prediction.fault, *alarm)
    else:
        window = {"file": str(file), "start_s": start_s, "end_s": end_s}
        values = None if prediction.probabilities is None else prediction.probabilities.round(6).tolist()
        every = values and dict(zip(classes, values, strict=True))
        raised = {} if prediction.is_alarm is None else {"alarm": prediction.is_alarm}
        tell_json({**window, "label": label, "probabilities": every, "remark": prediction.fault, **raised})


def _print_csv(*fields: object) -> None:
    row = io.StringIO()
    # With its own line end, the writer puts a name that holds one in quotes.
    csv.writer(row, lineterminator="\n").writerow(map(cell, fields))
    tell(row.getvalue().removesuffix("\n"))


def _calibration(model: "Model", source: str) -> "EventCorpus":
    from lowsr_tradeoff.corpora.events import events_of
    from lowsr_tradeoff.settings.groups import EventsSettings
    from lowsr_tradeoff.settings.study import StudyConfig

    settings = model.settings
    config = StudyConfig(
        rates_hz=(settings.rate_hz,),
        reference_rate_hz=settings.rate_hz,
        seed=settings.seed,
        events=EventsSettings(source=source, n_folds=settings.corpus.n_folds, clip_s=settings.clip_s),
    )
    return events_of(config, None)


def _export_int8(model: "Model", onnx: Path, corpus: "EventCorpus") -> None:
    from lowsr_tradeoff.deploy.model.quantisation import export_int8
    from lowsr_tradeoff.reports.wording import percent, points

    path = onnx.with_suffix(f".int8{onnx.suffix}")
    loss = export_int8(model.settings, onnx, path, corpus)
    tell(path)
    tell(f"accuracy in float: {percent(loss.float_accuracy)}", f"in int8: {percent(loss.int8_accuracy)}")
    tell(f"int8 minus float: {points(loss.difference)}; the same answer: {percent(loss.same_answer)}")
    if loss.is_trained_on:
        tell("the model was trained on these clips, which flatters; train --int8 counts on clips held out")
