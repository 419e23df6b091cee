"""Energy counters of the processor packages, as Linux shows them under ``/sys/class/powercap``.

Only package zones are read: zones of cores, memory and platform overlap them. Counters step about every millisecond
and start again from zero at ``max_energy_range_uj`` (Linux kernel, Documentation/power/powercap). Since
CVE-2020-8694 many systems let only the administrator read them; many virtual machines show none, or a fixed one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lowsr_tradeoff.errors import MissingResourceError

POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True)
class Zone:
    """One package's counter: the kernel's name, its folder, and where it starts again from zero."""

    name: str
    folder: Path
    range_uj: int


def package_zones(powercap: Path = POWERCAP) -> tuple[Zone, ...]:
    """Return the packages' counters; raises :class:`MissingResourceError` where none can be read."""
    zones = tuple(
        Zone(name, folder, int(_read(folder / "max_energy_range_uj")))
        for folder in sorted(powercap.glob("intel-rapl:*"))
        if (folder / "name").exists() and (name := _read(folder / "name")).startswith("package")
    )
    if not zones:
        raise MissingResourceError(
            f"no counter: {powercap} shows no processor package, as in most virtual machines and outside Linux."
            " Run on the machine itself under Linux, or import a measured current trace with --trace"
        )
    read_uj(zones)
    return zones


def read_uj(zones: Sequence[Zone]) -> tuple[int, ...]:
    """Return the counters in µJ."""
    return tuple(int(_read(zone.folder / "energy_uj")) for zone in zones)


def energy_between_uj(zones: Sequence[Zone], before: Sequence[int], after: Sequence[int]) -> int:
    """Return the energy in µJ between two readings; each counter may have started again once.

    >>> energy_between_uj([Zone("package-0", Path("."), 1000)], [900], [50])
    150
    """
    counters = zip(zones, before, after, strict=True)
    return sum(now - then + (zone.range_uj if now < then else 0) for zone, then, now in counters)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except PermissionError as error:
        raise MissingResourceError(
            f"no counter: {file} may be read by the administrator only; let its group read it"
            f" (sudo chmod o+r {file}) until the next restart"
        ) from error
    except OSError as error:
        raise MissingResourceError(f"no counter: {file} cannot be read ({error.strerror})") from error
