"""One made-up study of realistic size: 4 rates and the reference, 2 feature layouts, 4 arms, 4 devices.

Every figure is drawn, so that no two agree by accident and a test can find each one on the page.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np
import pytest
from tests.replaced import replaced
from tests.reports import taught

from lowsr_tradeoff.audio.spectrogram import levels_db, png
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import decide
from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.power.profiles.describe import sheet
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.power.validation.summary import summary
from lowsr_tradeoff.privacy.attackers.published import by_recogniser
from lowsr_tradeoff.privacy.signal.sii import sii_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult, ClassRecall, Contrast, Recognition
from lowsr_tradeoff.records.network import ArmName, Grid, ModelCost
from lowsr_tradeoff.records.power import (
    ClockTrial,
    Power,
    PowerComponent,
    PowerResult,
    SharedSpread,
    SpreadShare,
)
from lowsr_tradeoff.records.privacy import (
    AttackResult,
    IntelligibilityResult,
    KindRecovery,
    LeakKind,
    Privacy,
    PrivacyResult,
    RateDifference,
    WordCounts,
)
from lowsr_tradeoff.records.run import CorpusSummary, ListenClip, ListenPack, Manifest, Provenance, Tradeoff
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.limits import Constraints
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.joint_draws import kept
from lowsr_tradeoff.study.clips import _base64, _mp3

RATES = (500, 1000, 2000, 4000)
REFERENCE = 16000
GRIDS: tuple[Grid, ...] = ("shared", "native")
ARMS: tuple[ArmName, ...] = ("raw", "finetuned", "basd", "cssd")
DEVICES = ("stm32u575", "stm32u385", "nrf52840", "phone_cpu")
CLASSES = ("engine", "waves", "heartbeat", "dog", "siren", "rain", "clock", "birds", "keys", "crackle")
ACCURACY = {
    ("raw", 500): 0.12, ("raw", 1000): 0.18, ("raw", 2000): 0.37, ("raw", 4000): 0.66,
    ("finetuned", 500): 0.52, ("finetuned", 1000): 0.66, ("finetuned", 2000): 0.79, ("finetuned", 4000): 0.88,
    ("finetuned", 16000): 0.95,
    ("basd", 500): 0.53, ("basd", 1000): 0.665, ("basd", 2000): 0.80, ("basd", 4000): 0.885,
    ("cssd", 500): 0.55, ("cssd", 1000): 0.70, ("cssd", 2000): 0.83, ("cssd", 4000): 0.90,
}  # fmt: skip
WORDS = {500: 0.011, 1000: 0.08, 2000: 0.31, 4000: 0.72, 16000: 0.95}
POWER = {500: 0.42, 1000: 0.47, 2000: 0.58, 4000: 0.83, 16000: 2.1}
SIZE = {"shared": 1.0, "native": 0.55}
SPEED = dict(zip(DEVICES, (1.0, 0.8, 3.1, 140.0), strict=True))

# Constraints that points meet, and those that none meets.
QUALIFIES = {"min_accuracy": 0.6, "max_word_recovery": 0.2, "min_battery_hours": 500.0}
TOO_MUCH = {"min_accuracy": 0.8, "max_word_recovery": 0.1}

Build = Callable[..., Tradeoff]


def changed_all(tradeoff: Tradeoff, name: str, fields: Mapping[str, object]) -> Tradeoff:
    """The study with other values of fields in every record of a list; both by dotted name."""
    records = attrgetter(name)(tradeoff)
    return replaced(tradeoff, {name: tuple(replaced(record, fields) for record in records)})


@pytest.fixture(scope="session")
def build() -> Build:
    """Makes the study; constraints, class labels, attacker and corpora can be set."""
    return build_tradeoff


@pytest.fixture(scope="session")
def tradeoff() -> Tradeoff:
    return PLAIN


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return build_manifest()


@pytest.fixture(scope="session")
def listen() -> ListenPack:
    return build_listen("dog", "open the door", "open a door")


@pytest.fixture(scope="session")
def make_listen() -> Callable[[str, str, str], ListenPack]:
    return build_listen


def build_manifest() -> Manifest:
    return Manifest(finished_at="2026-11-22T10:00:00+00:00", wall_s=123.4, jobs=2, cpu="Imagined CPU", n_cores=2,
                    memory_gb=24.0, steps_run=70, steps_reused=3)  # fmt: skip


def build_listen(event: str, said: str, heard: str) -> ListenPack:
    tone = np.sin(np.arange(8000) * 0.3)
    sound, picture = _base64(_mp3(tone)), _base64(png(levels_db(tone, 16000), 0.0))
    clips = [
        ListenClip(
            kind=kind,
            rate_hz=rate,
            clip_id=kind,
            label=label,
            recognised=words,
            media_type="audio/mpeg",
            audio_base64=sound,
            picture_base64=picture,
        )
        for kind, label, words in (("event", event, None), ("speech", said, heard))
        for rate in (*RATES, REFERENCE)
    ]
    return ListenPack(clips=tuple(clips), note="Clips of the study's corpora.")


def build_tradeoff(
    *,
    constraints: dict[str, float] | None = None,
    classes: tuple[str, ...] = CLASSES,
    attacker: str = "whisper tiny.en",
    is_synthetic: bool = True,
    corpus: str = "demo",
    source: str = "Somebody et al.",
    is_paper: bool = False,
    axis: LeakKind = "words",
) -> Tradeoff:
    draw, taught_draw = random.Random(7), random.Random(8)
    results = tuple(_classified(draw, rate, grid, arm, classes) for rate, grid, arm in _runs())
    heard = tuple(_heard(draw, rate, attacker) for rate in (*RATES, REFERENCE))
    attacked = tuple(_attacks(heard))
    layouts = dict.fromkeys((result.rate_hz, result.grid) for result in results)
    drawn = tuple(_drawn(draw, rate, grid, device) for device in DEVICES for rate, grid in layouts)
    asked = Constraints.model_validate(constraints or {})
    leaked = leaks(attacked, (*RATES, REFERENCE), REFERENCE, "ideal")
    points = frontier.join(results, leaked, drawn, asked, axis)
    return Tradeoff(
        rates_hz=RATES,
        reference_rate_hz=REFERENCE,
        front_end="ideal",
        corpora=_corpora(classes, corpus, is_synthetic=is_synthetic),
        recognition=Recognition(
            results=results,
            contrasts=tuple(_contrasts(draw)),
            sensitivity=() if is_paper else tuple(taught.sensitivity(taught_draw, results)),
            optimism=tuple(taught.optimism(taught_draw, results)) if is_paper else (),
            published=taught.published(results, source),
            diagnoses=tuple(taught.diagnoses(taught_draw, results, REFERENCE)),
            humps=taught.humps(taught_draw),
        ),
        privacy=Privacy(
            words=heard,
            rate_differences=tuple(_differences(heard)),
            attacks=attacked,
            intelligibility=tuple(_signal(draw, rate) for rate in (*RATES, REFERENCE)),
        ),
        leaks=leaked,
        privacy_axis=axis,
        power=Power(
            results=drawn,
            devices=tuple(
                sheet(load_device(device)) for device in dict.fromkeys(result.device for result in drawn)
            ),
            errors=summary(),
        ),
        front_ends=(),
        points=points,
        decision=decide(points, asked, DEVICES[0]),
        settings=StudyConfig(classify=taught.settings(is_paper=is_paper)).model_dump(mode="json"),
        provenance=Provenance(
            version="0.1.0",
            code="c0de" * 8,
            python="3.11.7",
            platform="Linux x86_64",
            instructions="AuthenticAMD avx2 avx512_vnni",
            libraries={"numpy": "2.2.0", "torch": "2.11.0"},
            weights={"whisper tiny.en": "1a5a" * 16},
        ),
    )


def _runs() -> Iterator[tuple[int, Grid, ArmName]]:
    for rate in RATES:
        for grid in GRIDS:
            for arm in ARMS:
                if (arm, grid) != ("raw", "native"):
                    yield rate, grid, arm
    yield REFERENCE, "shared", "finetuned"


def _share(draw: random.Random, value: float, spread: float, n: int, n_of: str) -> Measurement:
    value = min(1.0, max(0.0, value + draw.uniform(-0.01, 0.01)))
    low, high = max(0.0, value - spread * draw.uniform(0.8, 1.1)), min(1.0, value + spread * draw.uniform(0.8, 1.1))
    return Measurement(value=value, low=low, high=high, n=n, n_of=n_of)


def _modelled(draw: random.Random, value: float, unit: str) -> Measurement:
    value *= draw.uniform(0.97, 1.03)
    low, high = value * draw.uniform(0.8, 0.9), value * draw.uniform(1.1, 1.2)
    return Measurement(value=value, low=low, high=high, n=2000, n_of="draws", unit=unit, basis="modelled")


def _joint(m: Measurement, seed: int) -> tuple[float, ...]:
    """Normal on either side of the value; what has the same seed moves together, as one data set does."""
    if m.value is None or m.low is None or m.high is None:
        return ()
    z = np.random.default_rng(seed).standard_normal(500)
    drawn = m.value + np.where(z < 0, m.value - m.low, m.high - m.value) * z / 1.96
    return kept(np.clip(drawn, 0, 1) if m.unit == "1" else drawn)


def _classified(
    draw: random.Random, rate: int, grid: Grid, arm: ArmName, classes: tuple[str, ...]
) -> ClassifyResult:
    accuracy = ACCURACY[arm, rate] + (0.01 if grid == "native" else 0.0)
    measured = _share(draw, accuracy, 0.04, 400, "clips")
    return ClassifyResult(
        rate_hz=rate,
        grid=grid,
        arm=arm,
        accuracy=measured,
        fold_sd=Measurement(value=draw.uniform(0.01, 0.05), n=5, n_of="folds"),
        seed_sd=missing("one seed: how much trainings differ is not known", "seeds"),
        macro_f1=_share(draw, accuracy - 0.02, 0.045, 400, "clips"),
        class_recall=tuple(
            ClassRecall(label=label, recall=_share(draw, accuracy + draw.uniform(-0.3, 0.3), 0.12, 40, "clips"))
            for label in classes
        ),
        n_clips=400,
        n_sources=100,
        n_folds=5,
        n_seeds=1,
        cost=_cost(rate, grid),
        accuracy_draws=_joint(measured, seed=1),
        confusion=_confusion(measured.value or 0.0, len(classes)),
    )


def _confusion(accuracy: float, n_classes: int) -> tuple[tuple[int, ...], ...]:
    """Each class of 40 clips is named rightly as often as accuracy says, else taken for the next one."""
    right = round(40 * accuracy)
    counts = {(i, i): right for i in range(n_classes)} | {
        (i, (i + 1) % n_classes): 40 - right for i in range(n_classes)
    }
    return tuple(tuple(counts.get((i, j), 0) for j in range(n_classes)) for i in range(n_classes))


def _cost(rate: int, grid: Grid) -> ModelCost:
    model_rate = 16000 if grid == "shared" else rate
    return ModelCost(
        rate_hz=rate,
        grid=grid,
        model_rate_hz=model_rate,
        window_s=2.0,
        parameters=100_090,
        macs={"conv": 6_900_000 * model_rate // 16000, "linear": 1_280},
        fft_size=max(32, model_rate // 16),
        frames=50,
        mel_bands=64,
        mel_nonzeros=600,
        weight_bytes=100_090,
        activation_bytes=64_000 * model_rate // 16000,
    )


def _heard(draw: random.Random, rate: int, attacker: str) -> PrivacyResult:
    hits = round(640 * WORDS[rate])
    substitutions = (640 - hits) * 3 // 4
    return PrivacyResult(
        rate_hz=rate,
        front_end="ideal",
        attacker=attacker,
        engine="ctranslate2",
        policy="greedy, no prompt",
        reference="transcripts",
        counts=WordCounts(hits=hits, substitutions=substitutions, deletions=640 - hits - substitutions,
                          insertions=draw.randrange(5, 200), reference_words=640),
        word_recovery=_share(draw, WORDS[rate], 0.03, 640, "words"),
        word_chance=_share(draw, 0.03, 0.01, 2560, "words"),
        kinds=tuple(
            KindRecovery(kind=kind, recovery=_share(draw, WORDS[rate], 0.05, 200, kind),
                         chance=_share(draw, luck, 0.01, 800, kind))
            for kind, luck in (("content words", 0.0), ("stop words", 0.08), ("digits", 0.0))
        ),
        keyword_chance=_share(draw, 0.0, 0.01, 384, "keywords"),
        keyword_recovery=missing("no keywords were given", "keywords") if rate == 500
        else _share(draw, WORDS[rate], 0.06, 96, "keywords"),
        wer=_ratio(draw, 1.62 - 1.55 * WORDS[rate]),
        cer=_share(draw, 1 - WORDS[rate], 0.05, 3200, "characters"),
        mer=_share(draw, 1 - WORDS[rate], 0.04, 640, "words"),
        wil=_share(draw, 1 - WORDS[rate], 0.04, 640, "words"),
        insertions=_ratio(draw, 0.1),
        repetition_loops=_share(draw, 0.1, 0.05, 64, "utterances"),
        empty_outputs=_share(draw, 0.05, 0.03, 64, "utterances"),
        n_utterances=64,
        n_speakers=16,
    )  # fmt: skip


def _attacks(heard: Sequence[PrivacyResult]) -> Iterator[AttackResult]:
    """The recogniser as published, digits learnt, and a voice known; adapted attackers are not tested."""
    for found in heard:
        yield by_recogniser(found, _joint(found.word_recovery, seed=2))
        yield by_recogniser(found).model_copy(
            update={"attacker": "Whisper adapted to the rate", "chance": None,
                    "value": missing("not asked for; run with --attackers all", "words")}
        )  # fmt: skip
        yield _known(found, "known words", "closed vocabulary, trained at the rate", "known-word recovery", 0.93)
        yield _known(found, "who", "speaker verification, lazy-informed", "identification", 0.99)


def _known(heard: PrivacyResult, recovers: LeakKind, attacker: str, measure: str, value: float) -> AttackResult:
    """A figure that ends at 16 kHz where ``value`` says, and lies a little lower at lower rates."""
    luck, share = {"who": 1 / 16}.get(recovers, 0.1), value - 0.02 * math.log2(REFERENCE / heard.rate_hz)
    figure = Measurement(value=share, low=share - 0.03, high=min(1.0, share + 0.02), n=540, n_of="utterances")
    return by_recogniser(heard, _joint(figure, seed=3)).model_copy(
        update={"attacker": attacker, "recovers": recovers, "measure": measure, "value": figure,
                "chance": Measurement(value=luck, n=540, n_of="utterances", basis="counted")}
    )  # fmt: skip


def _differences(heard: Sequence[PrivacyResult]) -> Iterator[RateDifference]:
    for low, high in pairwise(heard):
        value = (low.word_recovery.value or 0) - (high.word_recovery.value or 0)
        found = Measurement(value=value, low=value - 0.02, high=value + 0.02, n=640, n_of="words")
        yield RateDifference(rate_hz=low.rate_hz, against_rate_hz=high.rate_hz, attacker=low.attacker,
                             difference=found, is_supported=value < -0.02)  # fmt: skip


def _ratio(draw: random.Random, value: float) -> Measurement:
    value *= draw.uniform(0.98, 1.02)
    return Measurement(value=value, low=0.9 * value, high=1.1 * value, n=640, n_of="words")


def _signal(draw: random.Random, rate: int) -> IntelligibilityResult:
    return IntelligibilityResult(
        rate_hz=rate,
        stoi=_share(draw, {500: 0.53, 1000: 0.65, 2000: 0.78, 4000: 0.88}.get(rate, 0.98), 0.03, 64, "utterances"),
        estoi=_share(draw, {500: 0.12, 1000: 0.3, 2000: 0.52, 4000: 0.73}.get(rate, 0.97), 0.04, 64, "utterances"),
        pesq_wb=_quality(draw, rate),
        pesq_nb=_quality(draw, rate),
        sii=sii_of(FrontEnd(), rate),
        n_utterances=64,
    )  # fmt: skip


def _quality(draw: random.Random, rate: int) -> Measurement:
    if rate == 500:
        return missing("PESQ found no speech in 64 of 64 utterances", "utterances")
    value = 1 + 3 * WORDS[rate] * draw.uniform(0.9, 1.1)
    return Measurement(value=value, low=value - 0.1, high=value + 0.1, n=64, n_of="utterances")


def _drawn(draw: random.Random, rate: int, grid: Grid, device: str) -> PowerResult:
    if device == "stm32u385" and rate == REFERENCE:
        return _cannot(rate, grid, device, f"activations of {grid} features need 310 KiB, the device has 256 KiB")
    shares = {"microphone": 0.4, "adc": 0.05, "front_end": 0.15, "inference": 0.25 * SIZE[grid], "idle": 0.15}
    parts = tuple(
        PowerComponent(
            name=name,
            power_mw=_modelled(draw, share * POWER[rate] * SPEED[device], "mW"),
            peak_mw=_modelled(draw, 5 * share * POWER[rate] * SPEED[device], "mW"),
        )
        for name, share in shares.items()
    )
    total = sum(part.power_mw.value or 0.0 for part in parts)
    power_mw, peak_mw = _modelled(draw, total, "mW"), _modelled(draw, 5 * total, "mW")
    saved, hours = _modelled(draw, 0.1 if rate < REFERENCE else 0.01, "1"), _modelled(draw, 1110 / total, "h")
    return PowerResult(
        rate_hz=rate,
        grid=grid,
        device=device,
        bits=16,
        adc_rate_hz=max(rate, 8000),
        is_decimated=rate < 8000,
        microphone_mode="low_power",
        components=parts,
        power_mw=power_mw,
        peak_mw=peak_mw,
        power_saved=saved,
        battery_hours=hours,
        real_time_factor=_modelled(draw, 0.02 * rate / 1000 * SIZE[grid], "1"),
        listening_share=0.25,
        spread=SharedSpread(shared=1.5, own=1.1),
        dominant=(SpreadShare(parameter="core.clocks.96MHz.idle_power", share=0.9, if_measured=power_mw),),
        clocks=(
            ClockTrial(
                clock_mhz=96,
                power_mw=_modelled(draw, total, "mW"),
                real_time_factor=_modelled(draw, 0.1, "1"),
                is_chosen=True,
            ),
        ),
        infeasible=(),
        power_mw_draws=_joint(power_mw, seed=3),
        battery_hours_draws=_joint(hours, seed=4),
    )


def _cannot(rate: int, grid: Grid, device: str, reason: str) -> PowerResult:
    no_power, no_hours, no_factor = (missing(f"infeasible: {reason}", "draws", unit) for unit in ("mW", "h", "1"))
    return PowerResult(rate_hz=rate, grid=grid, device=device, bits=16, adc_rate_hz=None, spread=None,
                       is_decimated=False, components=(),
                       microphone_mode=None, peak_mw=no_power, listening_share=0.25, dominant=(), clocks=(),
                       power_mw=no_power, power_saved=no_factor, battery_hours=no_hours, real_time_factor=no_factor,
                       infeasible=(reason,))  # fmt: skip


def _contrasts(draw: random.Random) -> Iterator[Contrast]:
    pairs = (("cssd", "finetuned"), ("cssd", "basd"), ("basd", "finetuned"))
    for grid in GRIDS:
        for rate in RATES:
            for arm, against in pairs:
                yield _contrast(draw, (rate, grid, arm), (rate, grid, against))
            yield _contrast(draw, (rate, grid, "cssd"), (REFERENCE, "shared", "finetuned"))


def _contrast(draw: random.Random, first: tuple[int, Grid, ArmName], second: tuple[int, Grid, ArmName]) -> Contrast:
    value = ACCURACY[first[2], first[0]] - ACCURACY[second[2], second[0]] + draw.uniform(-0.005, 0.005)
    low, high = value - draw.uniform(0.02, 0.03), value + draw.uniform(0.02, 0.03)
    is_declared, is_apart = first[:2] == second[:2], low > 0 or high < 0
    better, equivalent = (0.9, 0.08) if is_apart else (0.3, 0.5)
    return Contrast(
        rate_hz=first[0],
        grid=first[1],
        arm=first[2],
        against=second[2],
        against_rate_hz=second[0],
        against_grid=second[1],
        difference=Measurement(value=value, low=low, high=high, n=400, n_of="clips"),
        is_declared=is_declared,
        p_value=0.0004 if is_apart else 0.2,
        p_holm=(0.0096 if is_apart else 1.0) if is_declared else None,
        nb_p=draw.uniform(0.01, 0.04) if is_apart else None,
        p_better=better,
        p_equivalent=equivalent,
        p_worse=1 - better - equivalent,
        region=0.01,
        detectable=Measurement(value=draw.uniform(0.05, 0.09), n=400, n_of="clips"),
        is_supported=is_apart,
    )


def _corpora(classes: tuple[str, ...], name: str, *, is_synthetic: bool) -> tuple[CorpusSummary, ...]:
    both = {"digest": "d1" * 16, "n_skipped": 2, "lowest_source_rate_hz": 16000, "is_synthetic": is_synthetic}
    return (
        CorpusSummary(name=name, kind="events", n_clips=400, n_groups=100, group_of="sources", classes=classes,
                      n_folds=5, duration_s=800.0, note="ten classes made in code", **both),
        CorpusSummary(name=name, kind="speech", n_clips=64, n_groups=16, group_of="speakers", classes=(),
                      n_folds=1, duration_s=212.0, note="read by a speech synthesiser", **both),
    )  # fmt: skip


# Built once for all tests of a process.
PLAIN = build_tradeoff()
