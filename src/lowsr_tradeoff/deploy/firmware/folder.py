"""The hand-over: a folder that firmware is built from."""

from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from lowsr_tradeoff.corpora.clips import folds_of
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.firmware.budget import NUMBERS, Q15, effort_of, memory_of, memory_problems
from lowsr_tradeoff.deploy.firmware.compile import compile_program, find_compiler
from lowsr_tradeoff.deploy.firmware.headers import settings_header, tables
from lowsr_tradeoff.deploy.firmware.held_out import chain_accuracies
from lowsr_tradeoff.deploy.firmware.network import (
    input_quantisation,
    int8_network,
    score_tolerance,
    weight_bytes,
    window_scores,
)
from lowsr_tradeoff.deploy.firmware.readme import readme, standing_of
from lowsr_tradeoff.deploy.firmware.record import ChainAccuracy, HandoverRecord
from lowsr_tradeoff.deploy.firmware.target import Target
from lowsr_tradeoff.deploy.firmware.vectors import clip_sounds, images_of, synthetic_sounds, vector_files
from lowsr_tradeoff.deploy.model.int8_step import images_read
from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.deploy.model.onnx_export import require_onnx
from lowsr_tradeoff.deploy.model.train import ModelPlan, make_package, plan_model, run_plan
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.files.writing import sha256_of, write_atomic
from lowsr_tradeoff.records.network import Network
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.exports.run_files import CLAIMS, DECISION, to_json
from lowsr_tradeoff.reports.wording import count
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Progress, missing_steps
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.study.plan import INSPECTED

C_SOURCES = resources.files("lowsr_tradeoff") / "deploy" / "firmware" / "c"
NETWORK, RECORD, SUMS = "network.int8.onnx", "handover.json", "SHA256SUMS"

Files = dict[str, bytes]


def write_handover(
    run: Path,
    tradeoff: Tradeoff,
    target: Target,
    folder: Path,
    jobs: int,
    report: Callable[[Progress], None],
    announce: Callable[[str], None],
    *,
    is_held_out_counted: bool = False,
) -> None:
    """Write the folder that firmware is built from, with the network that is trained on all clips.

    Where the run keeps no such network, it is trained and kept. ``announce`` is called with what there is to train.
    ``is_held_out_counted`` counts on held-out clips what int8 and C cost, which trains the tested networks again.

    Raises:
        ConfigError: The device has no room for it.
        DataError: The clips are not those that the run was made with.
        MissingResourceError: The extra ``onnx`` or the compiler is missing.
        StageError: A step failed; finished ones are kept.
    """
    require_onnx()
    if is_held_out_counted:
        find_compiler()
    _require_room(target, target.cost.weight_bytes)
    store = Store(run)
    with locked(run):
        plan = _plan(run, tradeoff, target, is_held_out_counted=is_held_out_counted)
        if missing := [step for step in missing_steps(plan.steps, store) if step.stage != "features"]:
            networks = count(len(missing), "network")
            announce(f"{run}: {networks} to train that it does not keep; kept for the next time")
        run_plan(plan, store, jobs, report)
        files = _files(tradeoff, target, plan, store)
    for name, content in files.items():
        write_atomic(folder / name, content)


def _require_room(target: Target, n_weight_bytes: int) -> None:
    """Check the memory of the front end in fixed point, which takes less than in float."""
    memory = memory_of(target.layout, Q15, n_weight_bytes, target.cost.activation_bytes)
    if problems := list(memory_problems(memory, target.profile)):
        raise ConfigError(
            f"{target.profile.name}: {'; '.join(problems)}; take another --device, or run the study with a smaller "
            "--network"
        )


def _plan(run: Path, tradeoff: Tradeoff, target: Target, *, is_held_out_counted: bool) -> ModelPlan:
    corpus = events_of(target.config, run / INSPECTED)
    (digest,) = (known.digest for known in tradeoff.corpora if known.kind == "events")
    if corpus.summary.digest != digest:
        raise DataError(
            f"{corpus.summary.name}: its clips are not those of the run any more; run the study again with "
            "the same --out"
        )
    return plan_model(target.config, corpus, target.condition, is_int8_counted=is_held_out_counted)


def _files(tradeoff: Tradeoff, target: Target, plan: ModelPlan, store: Store) -> Files:
    package, layout, seed = make_package(plan, store, None), target.layout, target.config.seed
    settings = package.settings
    network = int8_network(package, images_read(plan.final, store, folds_of(plan.corpus)))
    _require_room(target, weight_bytes(network))
    clips = clip_sounds(plan.corpus, settings.features, is_included=target.config.include_audio)
    sounds = (*synthetic_sounds(layout, seed), *clips)
    images = images_of([sound.codes for sound in sounds], layout)
    quantisation = input_quantisation(network)
    tolerance = score_tolerance(network, images, layout, quantisation[0] * settings.scale_std, seed)
    scores = window_scores(network, images, layout)
    files = {
        **_sources(has_alarm=settings.alarm is not None),
        "settings.h": settings_header(layout, settings, quantisation, tolerance).encode(),
        "tables.h": tables(layout).encode(),
        NETWORK: network,
        **dict(vector_files(sounds, images, scores, settings.classes)),
        DECISION: decision_sheet(tradeoff).encode(),
        CLAIMS: claims(tradeoff).encode(),
    }
    held_out = _held_out(target, plan, store, files) if plan.int8 else ()
    record = _record(tradeoff, target, settings, network, tolerance, len(sounds), held_out)
    files[RECORD] = to_json(record).encode()
    files["README.md"] = readme(record, len(plan.corpus.clips)).encode()
    sums = "".join(f"{sha256_of(files[name])}  {name}\n" for name in sorted(files))
    return {**files, SUMS: sums.encode()}


def _sources(*, has_alarm: bool) -> Files:
    """The C sources and the Makefile; those of alarms only where a class raises some."""
    sources = sorted(C_SOURCES.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_bytes() for file in sources if has_alarm or not file.name.startswith("alarm.")}


def _held_out(
    target: Target, plan: ModelPlan, store: Store, files: Mapping[str, bytes]
) -> tuple[ChainAccuracy, ...]:
    """Return what the chains recognise of held-out clips, through the very sources that are delivered."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for source in (file for file in files if file.endswith((".c", ".h"))):
            write_atomic(folder / source, files[source])
        programs = {number: compile_program(folder, "log_mel.c", number, folder / number) for number in NUMBERS}
        return chain_accuracies(plan, store, programs, target.layout)


def _record(
    tradeoff: Tradeoff,
    target: Target,
    settings: ModelSettings,
    network: bytes,
    tolerance: float,
    n_vectors: int,
    held_out: tuple[ChainAccuracy, ...],
) -> HandoverRecord:
    n_bytes, activations = weight_bytes(network), target.cost.activation_bytes
    scale, zero_point = input_quantisation(network)
    return HandoverRecord(
        name=target.name,
        standing=standing_of(tradeoff, target.name),
        rate_hz=settings.rate_hz,
        grid=settings.grid,
        arm=settings.arm,
        network=cast("Network", settings.network),
        device=target.profile.name,
        classes=settings.classes,
        window_s=settings.clip_s,
        n_patches=len(target.layout.starts),
        front_end=settings.front_end,
        scale_mean=settings.scale_mean,
        scale_std=settings.scale_std,
        input_scale=scale,
        input_zero_point=zero_point,
        score_tolerance=tolerance,
        n_vectors=n_vectors,
        tested=settings.tested,
        held_out=held_out,
        memory=tuple(memory_of(target.layout, number, n_bytes, activations) for number in NUMBERS),
        effort=effort_of(target),
        corpus_digest=settings.corpus.digest,
        made_by=settings.made_by,
        alarm=settings.alarm,
    )
