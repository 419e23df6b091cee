"""The figures that an earlier command joined and wrote: the same study again reads them."""

from pathlib import Path

from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.files.writing import digest_of, sha256_of
from lowsr_tradeoff.power.profiles.devices import fitted_devices
from lowsr_tradeoff.records.run import LISTEN, TRADEOFF, ListenPack, Manifest, Provenance, Tradeoff
from lowsr_tradeoff.runner.fingerprint import declared_versions
from lowsr_tradeoff.study.plan import StudyPlan


def key_of(plan: StudyPlan, made: Provenance) -> str:
    """Return the hash of all that the joined figures depend on: steps, settings, sounds, devices and code.

    The provenance has the hash of all code of this package, so that only the libraries of the joining are added.
    """
    study = plan.through[0].study
    return digest_of(
        {
            "steps": [step.key for step in plan.steps],
            "settings": study.config.model_dump(mode="json"),
            "corpora": [each.summary.model_dump(mode="json") for each in (study.events, study.speech)],
            "devices": [each.model_dump(mode="json") for each in fitted_devices(study.config.power)],
            "provenance": made.model_dump(mode="json"),
            "libraries": declared_versions(),
        }
    )


def kept(root: Path, key: str, earlier: Manifest | None) -> tuple[Tradeoff, ListenPack] | None:
    """Return what the run folder holds under a key; ``None`` where a byte is not as it was written."""
    if earlier is None or earlier.key != key:
        return None
    try:
        texts = [read_file(root / name) for name in (TRADEOFF, LISTEN)]
    except OSError:
        return None
    if [sha256_of(text) for text in texts] != [earlier.sha256.get(name) for name in (TRADEOFF, LISTEN)]:
        return None
    return Tradeoff.model_validate_json(texts[0]), ListenPack.model_validate_json(texts[1])
