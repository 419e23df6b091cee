"""The model card: what a person should know before using a network."""

from collections.abc import Iterable, Mapping

from lowsr_tradeoff.deploy.model.model_settings import CrossValidated, ModelSettings
from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.records.base import Measurement


def model_card(settings: ModelSettings) -> str:
    """Return the model card in Markdown."""
    sections = (_what(settings), _measured(settings), _hears(settings), _data(settings), _limits(settings))
    return "\n\n".join(sections) + "\n"


def points(difference: Measurement) -> str:
    """Return a difference of shares in points, with its interval.

    >>> points(Measurement(value=-0.012, low=-0.03, high=0.005, n=400, n_of="clips"))
    '-1.2 points (95 % interval -3.0 to +0.5, 400 clips)'
    """
    if difference.value is None or difference.low is None or difference.high is None:
        return f"not measured: {difference.reason}"
    value, low, high = (100 * each for each in (difference.value, difference.low, difference.high))
    return f"{value:+.1f} points (95 % interval {low:+.1f} to {high:+.1f}, {difference.n} {difference.n_of})"


def percent(share: Measurement) -> str:
    """Return a share with its interval and n.

    >>> percent(Measurement(value=0.683, low=0.64, high=0.72, n=400, n_of="clips"))
    '68.3 % (95 % interval 64.0 to 72.0 %, 400 clips)'
    """
    if share.value is None:
        return f"not measured: {share.reason}"
    if share.low is None or share.high is None:
        return f"{100 * share.value:.1f} % ({share.n} {share.n_of})"
    ends = f"{100 * share.low:.1f} to {100 * share.high:.1f} %"
    return f"{100 * share.value:.1f} % (95 % interval {ends}, {share.n} {share.n_of})"


def _what(settings: ModelSettings) -> str:
    cost = settings.cost
    return (
        f"# {settings.network} for a microphone at {settings.rate_hz} Hz\n\n"
        f"Tells {len(settings.classes)} kinds of sound apart, {settings.clip_s:g} s at a time. "
        f"Trained as `{settings.arm}` on the {settings.grid} feature layout by lowsr-tradeoff {settings.made_by}. "
        f"{cost.parameters} weights, {sum(cost.macs.values())} multiply-accumulates per window."
    )


def _measured(settings: ModelSettings) -> str:
    tested = settings.tested
    flatters = " The epoch was chosen on the tested clips, which flatters." if tested.protocol == "paper" else ""
    return (
        "## What it recognises\n\n"
        f"Accuracy: {percent(tested.accuracy)}. Macro-F1: {percent(tested.macro_f1)}.\n\n"
        f"Measured by cross-validation: {tested.n_folds} parts of the corpus were held out in turn, no "
        f"recording of the {tested.n_sources} in two of them, with {tested.n_seeds} network(s) each. The network "
        f"in this folder was trained in the same way on all clips, so none is left to test it on.{flatters}\n\n"
        + _in_int8(tested)
        + _table("Class", "Recall", ((each.label, percent(each.recall)) for each in tested.class_recall))
    )


def _in_int8(tested: CrossValidated) -> str:
    if tested.int8 is None:
        return ""
    return f"In int8: {percent(tested.int8.int8_accuracy)}; minus float: {points(tested.int8.difference)}.\n\n"


def _hears(settings: ModelSettings) -> str:
    given = {"rate_hz": settings.rate_hz, "clip_s": settings.clip_s, "noise_floor_dbfs": "none"}
    rows = given | _set_values(settings.front_end.model_dump(mode="json"))
    return "## What microphone it expects\n\n" + _table(
        "Property", "Value", ((name.replace("_", " "), str(value)) for name, value in rows.items())
    )


def _set_values(group: Mapping[str, object]) -> dict[str, object]:
    """The settings of a group and of those in it, but for those that are not set."""
    values: dict[str, object] = {}
    for name, value in group.items():
        if isinstance(value, dict):
            values |= _set_values(value)
        elif value is not None:
            values[name] = value
    return values


def _data(settings: ModelSettings) -> str:
    corpus = settings.corpus
    licence = settings.data_licence or "not stated; find out before passing this model on"
    return (
        "## What it was trained on\n\n"
        f"{markdown(corpus.name)}: {corpus.n_clips} clips from {corpus.n_groups} {corpus.group_of}, "
        f"{corpus.duration_s:.0f} s (digest {corpus.digest[:16]}). {markdown(corpus.note)}\n\n"
        f"Licence of the data: {markdown(licence)}."
    )


def _limits(settings: ModelSettings) -> str:
    synthetic = "- for any decision: it was trained on synthetic sounds;\n" if settings.corpus.is_synthetic else ""
    return (
        "## What it is not for\n\n"
        f"{synthetic}"
        "- sounds of other kinds: it names one of its classes whatever it hears;\n"
        "- other microphones, rates or places than those of its data, before it was tested there;\n"
        "- alarms or care on which somebody's safety rests;\n"
        "- a claim that nobody can be understood: what a rate protects is measured by the privacy stage, not here."
    )


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    escaped = (f"| {markdown(a)} | {markdown(b)} |" for a, b in rows)
    return "\n".join([f"| {left} | {right} |", "| --- | --- |", *escaped])
