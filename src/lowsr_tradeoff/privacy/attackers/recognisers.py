"""The recognisers that attack as published: which there are, and the steps in which each transcribes the corpus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.privacy import bundled_weights
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.recogniser_steps import not_tested
from lowsr_tradeoff.privacy.captures import CaptureSettings, captures_of
from lowsr_tradeoff.privacy.moonshine.settings import POLICY, MoonshineSettings
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.transcribe import RecogniseSettings
from lowsr_tradeoff.privacy.whisper.weights import attacker, digests
from lowsr_tradeoff.privacy.words.choose import ChooseSettings
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.study import StudyConfig

RECOGNISE = "recognise"
MOONSHINE, MOONSHINE_RUN = "moonshine-tiny", "privacy.attackers.moonshine_step:run"
N_BEAMS = 5
NO_MOONSHINE = (
    "moonshine-voice 0.0.49, whose weights it takes, is not installed; install that version: there are wheels for "
    "Linux with glibc 2.34 or later, Windows and macOS 15"
)
NO_LARGER = "no larger Whisper is named; set privacy.larger_weights"


@dataclass(frozen=True)
class Recogniser:
    """One recogniser of a study.

    Attributes:
        name: In results.
        engine: The program that runs it.
        policy: How it decodes, in one line.
        transcribed: By rate in Hz, the step that transcribes the corpus.
    """

    name: str
    engine: str
    policy: str
    transcribed: Mapping[int, Step]


def published(name: str) -> str:
    """Return what a recogniser is called among the attackers.

    >>> published("whisper-tiny.en")
    'whisper-tiny.en as published'
    """
    return f"{name} as published"


def recognisers(config: StudyConfig, speech: SpeechCorpus) -> tuple[Recogniser | NotTested, ...]:
    """Return those of a study: Whisper, Moonshine, and those of ``attackers = "all"``."""
    first, second = whisper(config, speech), moonshine(config, speech)
    return (first, second, *_asked(config, speech, first, second))


def weights(config: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the files of every recogniser that attacks, by its name and theirs."""
    privacy = config.privacy
    used = [privacy.weights]
    if privacy.attackers == "all" and privacy.larger_weights is not None:
        used.append(privacy.larger_weights)
    found = {attacker(each): digests(each, privacy.engine) for each in used}
    if why_no_moonshine() is None:
        found[MOONSHINE] = bundled_weights.MOONSHINE
    return {f"{name}/{file}": sha256 for name, of_files in found.items() for file, sha256 in of_files.items()}


def whisper(config: StudyConfig, speech: SpeechCorpus) -> Recogniser:
    """Return Whisper as the study's settings have it."""
    return _whisper(config, speech, config.privacy.weights)


def moonshine(config: StudyConfig, speech: SpeechCorpus) -> Recogniser | NotTested:
    """Return Moonshine tiny, or why it cannot attack."""
    if reason := why_no_moonshine():
        return not_tested(config, published(MOONSHINE), reason)
    steps = {}
    for rate_hz in config.all_rates_hz():
        settings = MoonshineSettings(
            captures=_captures(config, speech, rate_hz),
            weights_sha256=bundled_weights.MOONSHINE,
            batch_size=config.privacy.batch_size,
        )
        label, together = f"{MOONSHINE} at {rate_hz} Hz", heard_together(settings.captures)
        steps[rate_hz] = Step(RECOGNISE, MOONSHINE_RUN, settings, label, "speech", together=together)
    return Recogniser(MOONSHINE, "onnxruntime", POLICY, steps)


def heard_together(captures: CaptureSettings) -> str:
    """Return the name by which Moonshine's steps on the same recordings run in one call."""
    return f"{MOONSHINE} at {captures.rate_hz} Hz, {captures.front_end!r}"


def why_no_moonshine() -> str | None:
    """Return why Moonshine cannot attack on this machine, and the remedy; ``None`` where it can.

    Raises:
        DataError: Its files are not those of its makers.
    """
    try:
        bundled_weights.moonshine()
    except MissingResourceError:
        return NO_MOONSHINE
    return None


def _asked(
    config: StudyConfig, speech: SpeechCorpus, first: Recogniser, second: Recogniser | NotTested
) -> Iterator[Recogniser | NotTested]:
    """Those of ``attackers = "all"``: beam search, a larger Whisper, the likelier of two transcripts."""
    privacy = config.privacy
    names = (f"{first.name}, {N_BEAMS} beams", "a larger Whisper", f"{first.name} or {MOONSHINE}, the likelier")
    if privacy.attackers != "all":
        yield from (not_tested(config, published(name), NOT_ASKED) for name in names)
        return
    beams, larger, likelier = names
    yield replace(_whisper(config, speech, privacy.weights, N_BEAMS), name=beams)
    if privacy.larger_weights is None:
        yield not_tested(config, published(larger), NO_LARGER)
    else:
        yield _whisper(config, speech, privacy.larger_weights)
    if isinstance(second, NotTested):
        yield not_tested(config, published(likelier), NO_MOONSHINE)
    else:
        yield _likelier(likelier, first, second)


def _whisper(config: StudyConfig, speech: SpeechCorpus, weights: str | None, n_beams: int = 1) -> Recogniser:
    """Transcripts and speakers do not change the output, so only the corpus's sounds are in the step's key."""
    privacy, name = config.privacy, attacker(weights)
    steps = {}
    for rate_hz in config.all_rates_hz():
        settings = RecogniseSettings(
            captures=_captures(config, speech, rate_hz),
            engine=privacy.engine,
            policy=privacy.policy,
            weights=weights,
            weights_sha256=digests(weights, privacy.engine),
            batch_size=privacy.batch_size,
            pad_s=privacy.pad_s,
            n_beams=n_beams,
        )
        searched = "" if n_beams == 1 else f", {n_beams} beams,"
        label = f"{name}{searched} at {rate_hz} Hz"
        steps[rate_hz] = Step(RECOGNISE, "privacy.whisper.transcribe:run", settings, label, "speech")
    return Recogniser(name, privacy.engine, policy_of(privacy, n_beams), steps)


def _likelier(name: str, first: Recogniser, second: Recogniser) -> Recogniser:
    steps = {}
    for rate_hz, step in first.transcribed.items():
        settings, needs = ChooseSettings(rate_hz=rate_hz), (step, second.transcribed[rate_hz])
        label = f"the likelier transcript at {rate_hz} Hz"
        steps[rate_hz] = Step("choose", "privacy.words.choose:run", settings, label, "speech", needs)
    policy = "of two transcripts the one of the higher mean log-probability per token"
    engines = f"{first.engine} and {second.engine}"
    return Recogniser(name, engines, f"{policy}; {first.policy}; {second.policy}", steps)


def _captures(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> CaptureSettings:
    sounds = digest_of([utterance.digest for utterance in speech.utterances])
    return captures_of(config, speech, rate_hz).model_copy(update={"corpus": sounds})
