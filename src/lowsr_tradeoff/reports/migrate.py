"""Trade-offs written by older versions of the schema, brought up to this one, a version at a time.

What an older version did not record is a measurement with that reason, or an empty list. No figure is made up, and
none that was recorded changes.
"""

from collections.abc import Callable, Iterable
from typing import Any

from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.settings.front_end import FrontEnd, name_of

Tree = dict[str, Any]


def migrated(tree: Tree, version: int) -> Tree:
    """Return the tree of a ``tradeoff.json`` of an older version as one of the present version.

    Args:
        tree: As it was read.
        version: Its schema version, from 1.
    """
    for migration in (_from_1_to_2, _from_2_to_3)[version - 1 :]:
        tree = migration(tree)
    return tree


def _from_2_to_3(tree: Tree) -> Tree:
    """Version 3 brought the joint draws and what is made of them, all of which may be missing."""
    return {**tree, "schema_version": 3}


def _from_1_to_2(tree: Tree) -> Tree:
    """Version 1 knew one front end and one attacker, and had no tests of differences."""
    settings = {**tree["settings"], "front_end": _front_end(tree["settings"]["front_end"])}
    front_end = name_of(FrontEnd.model_validate(settings["front_end"]))
    heard = _each(tree["privacy"], lambda _: _privacy(front_end))
    lists = ("sensitivity", "optimism", "published", "diagnoses", "humps", "rate_differences")
    return {
        **tree,
        **{name: [] for name in (*lists, "devices", "power_errors", "microphones")},
        "schema_version": 2,
        "front_end": front_end,
        "classify": _each(tree["classify"], _classify),
        "contrasts": _each(tree["contrasts"], _contrast),
        "privacy": heard,
        "attacks": [_attack(record) for record in heard],
        "intelligibility": _each(tree["intelligibility"], _signal),
        "power": _each(tree["power"], _power),
        "settings": settings,
    }


def _each(records: Iterable[Tree], added: Callable[[Tree], Tree]) -> list[Tree]:
    return [{**record, **added(record)} for record in records]


def _front_end(settings: Tree) -> Tree:
    """The filter had only on and off."""
    kept = {name: value for name, value in settings.items() if name != "anti_alias"}
    return {**kept, "filter": "ideal" if settings["anti_alias"] else "none"}


def _classify(_: Tree) -> Tree:
    return {"fold_sd": _unrecorded("folds"), "seed_sd": _unrecorded("seeds")}


def _contrast(record: Tree) -> Tree:
    """No family was declared and nothing tested, so every difference explores."""
    tests = ("p_value", "p_holm", "nb_p", "p_better", "p_equivalent", "p_worse")
    detectable = _unrecorded(record["difference"]["n_of"])
    return {"is_declared": False, **dict.fromkeys(tests), "region": 0.0, "detectable": detectable}


def _privacy(front_end: str) -> Tree:
    return {
        "front_end": front_end,
        "engine": "ctranslate2",
        "reference": "transcripts",
        "kinds": [],
        "keyword_chance": _unrecorded("keywords"),
        **{name: _unrecorded("words") for name in ("word_chance", "mer", "insertions")},
    }


def _attack(heard: Tree) -> Tree:
    """The recogniser was the one attacker."""
    return {
        **{name: heard[name] for name in ("rate_hz", "front_end")},
        "attacker": heard["attacker"],
        "recovers": "words",
        "measure": "word recovery",
        "value": heard["word_recovery"],
        "chance": None,
        "is_leak": True,
        "setup": (
            f"{heard['n_utterances']} utterances of {heard['n_speakers']} speakers; nothing was trained;"
            f" {heard['policy']}"
        ),
    }


def _signal(_: Tree) -> Tree:
    return {"pesq_nb": _unrecorded("utterances", "MOS"), "sii": _unrecorded("bands")}


def _power(record: Tree) -> Tree:
    """Devices listened all the time, and the clock was one of the profile's."""
    peak = _unrecorded("draws", "mW")
    return {
        "microphone_mode": None,
        "components": [{**part, "peak_mw": peak} for part in record["components"]],
        "peak_mw": peak,
        "listening_share": 1.0,
        "dominant": [],
        "clocks": [],
    }


def _unrecorded(n_of: str, unit: str = "1") -> Tree:
    return missing("not recorded by schema 1", n_of, unit).model_dump()
