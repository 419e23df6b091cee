"""The model card: what a person should know before using a network."""

from collections.abc import Iterator, Mapping

from lowsr_tradeoff.deploy.markdown import render
from lowsr_tradeoff.deploy.model.model_settings import ModelSettings


def model_card(settings: ModelSettings) -> str:
    """Return the model card in Markdown."""
    microphone: dict[str, object] = {
        "rate_hz": settings.rate_hz,
        "clip_s": settings.clip_s,
        "noise_floor_dbfs": "none",
        **dict(_set_values(settings.front_end.model_dump(mode="json"))),
    }
    return render("model/card.md.j2", model=settings, microphone=microphone)


def _set_values(group: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the settings of a group, and of groups in it, that are set."""
    for name, value in group.items():
        if isinstance(value, dict):
            yield from _set_values(value)
        elif value is not None:
            yield name, value
