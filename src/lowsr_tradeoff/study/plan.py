"""A study's corpora, checked, and its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from lowsr_tradeoff.classify import stage as classify
from lowsr_tradeoff.classify.plan import ClassifyPlan
from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.corpora.speech import speech_of
from lowsr_tradeoff.errors import ConfigError, DataError, tried
from lowsr_tradeoff.power.profiles.front_ends import unlike_the_first, with_front_ends
from lowsr_tradeoff.privacy import stage as privacy
from lowsr_tradeoff.privacy.stage import PrivacyPlan
from lowsr_tradeoff.runner import machine
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.alarms import AlarmSettings
from lowsr_tradeoff.settings.front_end import named_front_end
from lowsr_tradeoff.settings.study import LIBRISPEECH, StudyConfig
from lowsr_tradeoff.settings.toml import EMBEDDED

INSPECTED = "inspected.json"
# By any of these a folder is known as that of a run; what systems put into any folder is none of its content.
RUN_FILES = {INSPECTED, "steps", "tradeoff.json", ".lock"}
OF_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Study:
    """Settings with the corpora they name, checked and ready.

    Attributes:
        other_front_ends: Devices that do not hear through the study's front end, each with the name of its own.
    """

    config: StudyConfig
    events: EventCorpus
    speech: SpeechCorpus
    other_front_ends: Mapping[str, str] = field(default_factory=dict)

    @property
    def corpora(self) -> dict[str, object]:
        """What the functions of steps are given, by the name that steps ask for."""
        return {"events": self.events, "speech": self.speech}


def open_study(config: StudyConfig, out: Path, *, is_run_here: bool = True) -> Study:
    """Return the study with its corpora loaded, its front ends looked up and every input checked.

    The run folder remembers which files were already inspected.

    Raises:
        ConfigError: A device or weight setting cannot be used.
        DataError: The corpora have problems; the message lists all of them, and that there is no GPU either.
    """
    others, config = unlike_the_first(config), with_front_ends(config)
    events, no_events = tried(partial(events_of, config, out / INSPECTED))
    speech, no_speech = tried(partial(speech_of, config, out / INSPECTED))
    if events is None or speech is None:
        no_gpu = machine.why_no_gpu() if is_run_here and config.device_type == "cuda" else None
        raise DataError("\n".join(filter(None, (no_events, no_speech, no_gpu))))
    return Study(config, events, speech, others)


def check_out(config: StudyConfig, out: Path) -> None:
    """Raise ``ConfigError`` where a run folder is, or lies in, a folder of sounds, or holds what no run wrote.

    All that is in a folder of sounds is read.
    """
    background = config.alarms.background or config.events.source
    for source in (config.events.source, config.speech.source.removeprefix(LIBRISPEECH), background):
        folder = Path(source)
        if source not in EMBEDDED and folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"--out {out}: is or lies in the corpus folder {folder}; choose another --out")
    there = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    others = [name for name in there if name not in OF_SYSTEMS]
    if others and not RUN_FILES & set(there):
        named = ", ".join([*others[:3], *(["…"] if len(others) > 3 else [])])
        raise ConfigError(f"--out {out}: holds other things than a run ({named}); name a new folder")


@dataclass(frozen=True)
class StagePlans:
    """The study through one front end, and the plans of its stages."""

    study: Study
    privacy: PrivacyPlan
    classify: ClassifyPlan


@dataclass(frozen=True)
class StudyPlan:
    """The plans of a study: through its own front end, which decides, then through those to compare with it."""

    through: tuple[StagePlans, ...]

    @property
    def first(self) -> tuple[Step, ...]:
        """The steps that give every rate its three figures, from one network and one attacker."""
        own = self.through[0]
        return (*own.privacy.first, *own.classify.first)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step whose artefact the trade-off is made from, the first that tell most.

        The steps that these need run too.
        """
        others = (step for each in self.through for step in (*each.privacy.steps, *each.classify.steps))
        return tuple(dict.fromkeys((*self.first, *others)))


def plan(study: Study) -> StudyPlan:
    """Return what every stage does, through every front end."""
    return StudyPlan(
        tuple(
            StagePlans(each, privacy.plan(each.config, each.speech), classify.plan(each.config, each.events))
            for each in through_microphones(study)
        )
    )


def through_microphones(study: Study) -> tuple[Study, ...]:
    """Return the study through its own front end, which decides, and through every other one to compare.

    Only the first has learning curves and alarms.

    Raises:
        ConfigError: There is no front end of a name.
    """
    own = study.config.front_end
    others = [named_front_end(name, own) for name in study.config.front_ends]
    others += [own.model_copy(update={"bits": bits}) for bits in study.config.compared_bits]
    privacy_alone = study.config.privacy.model_copy(update={"learning_curves": "none"})
    changed = {"front_ends": (), "compared_bits": (), "privacy": privacy_alone, "alarms": AlarmSettings()}
    alone = study.config.model_copy(update=changed)
    return (
        study,
        *(
            replace(study, config=alone.model_copy(update={"front_end": other}))
            for other in dict.fromkeys(others)
            if other != own
        ),
    )
