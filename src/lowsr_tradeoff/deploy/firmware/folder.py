"""The hand-over as a folder: everything gathered, written, and summed."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.firmware.budget import NUMBERS, effort_of, memory_of, overfull
from lowsr_tradeoff.deploy.firmware.chosen import Chosen
from lowsr_tradeoff.deploy.firmware.compiled import compiled, compiler
from lowsr_tradeoff.deploy.firmware.headers import settings_header, tables
from lowsr_tradeoff.deploy.firmware.held_out import chains, own_features
from lowsr_tradeoff.deploy.firmware.network import first_step, int8_network, score_tolerance, weight_bytes
from lowsr_tradeoff.deploy.firmware.readme import readme, standing_of
from lowsr_tradeoff.deploy.firmware.record import Chain, Handover
from lowsr_tradeoff.deploy.firmware.vectors import clip_sounds, drawn_sounds, images_of, vector_files
from lowsr_tradeoff.deploy.model.final import final_steps, packaged
from lowsr_tradeoff.deploy.model.int8_step import int8_steps, loss_in_int8
from lowsr_tradeoff.deploy.model.onnx_export import Images, open_session, require_onnx, scores
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.deploy.train import INSPECTED
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.claims import claims
from lowsr_tradeoff.reports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.export import CLAIMS, DECISION, to_json
from lowsr_tradeoff.reports.wording import count
from lowsr_tradeoff.runner.crew import run_batch
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Progress, execute, missing_steps
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

SOURCES = resources.files("lowsr_tradeoff") / "deploy" / "firmware" / "c"
NETWORK, RECORD, SUMS = "network.int8.onnx", "handover.json", "SHA256SUMS"

Files = dict[str, bytes]


@dataclass(frozen=True)
class Kept:
    """What the run folder holds of the chosen network once its steps are there.

    Attributes:
        corpus: What it learnt from.
        package: The network.
        images: What it was trained on. Shape ``(n, bands, frames)``.
        final: The step that trained it.
        in_int8: The tested networks in int8; empty where held-out clips are not counted.
        store: Of the run.
    """

    corpus: EventCorpus
    package: Package
    images: Images
    final: Step
    in_int8: tuple[Step, ...]
    store: Store


def hand_over(
    run: Path,
    tradeoff: Tradeoff,
    chosen: Chosen,
    folder: Path,
    jobs: int,
    report: Callable[[Progress], None],
    tell: Callable[[str], None],
    *,
    is_held_out_counted: bool = False,
) -> None:
    """Write the folder that firmware is built from.

    The network is the one trained on all clips; where the run keeps none, it is trained and kept.

    Args:
        run: Folder of a finished run.
        tradeoff: What it found.
        chosen: From :func:`chosen.choose`.
        folder: To write.
        jobs: Processes that work at once.
        report: Called whenever steps finish.
        tell: Called with what there is to train.
        is_held_out_counted: Whether to count on held-out clips what int8 and C cost; trains tested networks again.

    Raises:
        ConfigError: The device has no room for it.
        DataError: The clips are not those that the run was made with.
        MissingResourceError: The extra ``onnx`` or the compiler is missing.
        StageError: A step failed; finished ones are kept.
    """
    require_onnx()
    if is_held_out_counted:
        compiler()
    _require_room(chosen, chosen.result.cost.weight_bytes)
    with locked(run):
        kept = _keep(run, tradeoff, chosen, jobs, report, tell, is_held_out_counted=is_held_out_counted)
        files = _files(tradeoff, chosen, kept)
    for name, content in files.items():
        write_atomic(folder / name, content)


def _require_room(chosen: Chosen, n_weights: int) -> None:
    each = [memory_of(chosen.layout, n, n_weights, chosen.result.cost.activation_bytes) for n in NUMBERS]
    if reasons := list(overfull(each[-1], chosen.profile)):
        raise ConfigError(
            f"{chosen.profile.name}: {'; '.join(reasons)}; take another --device, or run the study with a smaller "
            "--network"
        )


def _keep(
    run: Path,
    tradeoff: Tradeoff,
    chosen: Chosen,
    jobs: int,
    report: Callable[[Progress], None],
    tell: Callable[[str], None],
    *,
    is_held_out_counted: bool,
) -> Kept:
    """Run the steps that are not there yet."""
    config, store = chosen.config, Store(run)
    corpus = _same_corpus(events_of(config, run / INSPECTED), tradeoff)
    *tests, final = final_steps(config, corpus, chosen.listener)
    in_int8 = int8_steps(tests) if is_held_out_counted else ()
    wanted = (*tests, final, *in_int8)
    if todo := [step for step in missing_steps(wanted, store) if step.stage != "features"]:
        tell(f"{run}: {count(len(todo), 'network')} to train that it does not keep; kept for the next time")
    execute(wanted, store, partial(run_batch, {"events": corpus}, store), jobs, report)
    int8 = loss_in_int8(in_int8, corpus, store, config.seed) if in_int8 else None
    package = packaged(config, corpus, chosen.listener, store, None, int8)
    images = np.concatenate([store.arrays(step)["features"][:, 0] for step in own_features(final)])
    return Kept(corpus, package, images.astype(np.float32), final, in_int8, store)


def _same_corpus(corpus: EventCorpus, tradeoff: Tradeoff) -> EventCorpus:
    (then,) = (known.digest for known in tradeoff.corpora if known.kind == "events")
    if corpus.summary.digest != then:
        raise DataError(
            f"{corpus.summary.name}: its clips are not those of the run any more; run the study again with "
            "the same --out"
        )
    return corpus


def _files(tradeoff: Tradeoff, chosen: Chosen, kept: Kept) -> Files:
    settings, layout = kept.package.settings, chosen.layout
    network = int8_network(kept.package, kept.images)
    _require_room(chosen, weight_bytes(network))
    own_clips = clip_sounds(kept.corpus, settings.features, is_included=chosen.config.include_audio)
    sounds = (*drawn_sounds(layout, chosen.config.seed), *own_clips)
    images = images_of([sound.codes for sound in sounds], layout)
    step = first_step(network)
    tolerance = score_tolerance(network, images, step[0] * settings.scale_std, chosen.config.seed)
    said = scores(open_session(network), images)
    files = {
        **{source.name: source.read_bytes() for source in sorted(SOURCES.iterdir(), key=lambda file: file.name)},
        "settings.h": settings_header(layout, settings, step, tolerance).encode(),
        "tables.h": tables(layout).encode(),
        NETWORK: network,
        **dict(vector_files(sounds, images, said, settings.classes)),
        DECISION: decision_sheet(tradeoff).encode(),
        CLAIMS: claims(tradeoff).encode(),
    }
    counted = _counted(chosen, kept, files)
    handover = _record(tradeoff, chosen, kept, weight_bytes(network), step, tolerance, len(sounds), counted)
    files[RECORD] = to_json(handover).encode()
    files["README.md"] = readme(handover, len(kept.corpus.clips)).encode()
    return {**files, SUMS: _sums(files)}


def _record(
    tradeoff: Tradeoff,
    chosen: Chosen,
    kept: Kept,
    n_weights: int,
    step: tuple[float, int],
    tolerance: float,
    n_vectors: int,
    counted: Sequence[Chain],
) -> Handover:
    settings, activations = kept.package.settings, chosen.result.cost.activation_bytes
    return Handover(
        name=chosen.name,
        standing=standing_of(tradeoff, chosen.name),
        rate_hz=settings.rate_hz,
        grid=settings.grid,
        arm=settings.arm,
        network=settings.network,
        device=chosen.profile.name,
        classes=settings.classes,
        window_s=settings.clip_s,
        front_end=settings.front_end,
        scale_mean=settings.scale_mean,
        scale_std=settings.scale_std,
        input_scale=step[0],
        input_zero_point=step[1],
        score_tolerance=tolerance,
        n_vectors=n_vectors,
        tested=settings.tested,
        held_out=tuple(counted),
        memory=tuple(memory_of(chosen.layout, number, n_weights, activations) for number in NUMBERS),
        effort=effort_of(chosen),
        corpus_digest=settings.corpus.digest,
        made_by=settings.made_by,
    )


def _counted(chosen: Chosen, kept: Kept, files: Mapping[str, bytes]) -> tuple[Chain, ...]:
    """What the chain recognises of held-out clips, through the very sources that are delivered."""
    if not kept.in_int8:
        return ()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for each in (file for file in files if file.endswith((".c", ".h"))):
            write_atomic(folder / each, files[each])
        programs = {number: compiled(folder, "log_mel.c", number, folder / number) for number in NUMBERS}
        return chains(chosen.config, kept.corpus, kept.store, kept.in_int8, programs, chosen.layout)


def _sums(files: Mapping[str, bytes]) -> bytes:
    """As ``sha256sum`` writes them."""
    return "".join(_lines(files)).encode()


def _lines(files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(files):
        yield f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
