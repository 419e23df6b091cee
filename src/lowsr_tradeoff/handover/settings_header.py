"""``settings.h``: sizes of the front end, normalisation of its image, and the network's first step.

In fixed point the normalisation is whole numbers too: the mean in levels, and 65536ths of an int8 step per level.
"""

from lowsr_tradeoff.classify.deployed.model_settings import ModelSettings
from lowsr_tradeoff.classify.features import Layout
from lowsr_tradeoff.handover.tables import c_number, constants

# Of FE_LEVELS_PER_NEPER in front_end.h, in fixed point.
LEVELS_PER_NEPER = 2048


def settings_header(
    layout: Layout, settings: ModelSettings, step: tuple[float, int], score_tolerance: float
) -> str:
    """Return ``settings.h``.

    Args:
        layout: How the network hears.
        settings: The network's.
        step: From :func:`network.first_step`.
        score_tolerance: From :func:`network.score_tolerance`.
    """
    scale, zero_point = step
    per_neper = 1 / (settings.scale_std * scale)
    named = {
        **constants(layout),
        "FE_CLASSES": len(settings.classes),
        "FE_MEAN": settings.scale_mean,
        "FE_STEPS_PER_NEPER": per_neper,
        "FE_MEAN_LEVEL": round(settings.scale_mean * LEVELS_PER_NEPER),
        "FE_STEPS_PER_LEVEL": round(per_neper / LEVELS_PER_NEPER * 65536),
        "FE_ZERO_POINT": zero_point,
        "FE_SCORE_TOLERANCE": score_tolerance,
    }
    lines = (f"#define {name} {_in_c(value)}" for name, value in named.items())
    return "\n".join(("#ifndef SETTINGS_H", "#define SETTINGS_H", *lines, "#endif", ""))


def _in_c(value: float) -> str:
    written = c_number(value)
    return f"({written})" if value < 0 else written
