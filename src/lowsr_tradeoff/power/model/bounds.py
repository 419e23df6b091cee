"""Lower bounds of a converter's power: thermal noise, and the best and median of published converters."""

import math

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import ConverterBound

BOLTZMANN_J_PER_K = 1.380649e-23
THERMAL = (
    "8 k T 10^(SNDR/10) fs of a class-B sampler at 300 K (Murmann, IEEE Solid-State Circuits Magazine 7(2), 2015)"
)
SURVEY = (
    "Murmann, ADC Performance Survey, github.com/bmurmann/ADC-survey, revision 20250609: converters since 2010 with"
    " Nyquist rates of 1 kHz to 1 MHz; below 1 kHz it is an extrapolation"
)
N_SURVEYED = 94
WALDEN_BEST_FJ, WALDEN_MEDIAN_FJ = 0.35, 40.7
SCHREIER_BEST_DB, SCHREIER_MEDIAN_DB = 189.2, 173.9


def converter_bounds(rate_hz: float, sndr_db: float) -> tuple[ConverterBound, ...]:
    """Return lower bounds of the power in nW of a converter that must reach a signal to noise and distortion.

    Raises:
        ConfigError: Rate or ratio are not above 0.
    """
    if not (rate_hz > 0 and sndr_db > 0):
        raise ConfigError(f"a converter of {rate_hz} Hz and {sndr_db} dB: give both above 0")
    surveyed_nw = {
        "best Schreier figure of merit": schreier_nw(rate_hz, sndr_db, SCHREIER_BEST_DB),
        "median Schreier figure of merit": schreier_nw(rate_hz, sndr_db, SCHREIER_MEDIAN_DB),
        "best Walden figure of merit": walden_nw(rate_hz, sndr_db, WALDEN_BEST_FJ),
        "median Walden figure of merit": walden_nw(rate_hz, sndr_db, WALDEN_MEDIAN_FJ),
    }
    return (
        _bound("thermal noise", thermal_nw(rate_hz, sndr_db), 1, "formulas", THERMAL),
        *(_bound(name, power_nw, N_SURVEYED, "converters", SURVEY) for name, power_nw in surveyed_nw.items()),
    )


def _bound(name: str, power_nw: float, n: int, n_of: str, source: str) -> ConverterBound:
    power = Measurement(value=power_nw, n=n, n_of=n_of, unit="nW", basis="modelled")
    return ConverterBound(name=name, power_nw=power, source=source)


def thermal_nw(rate_hz: float, sndr_db: float, temperature_k: float = 300.0) -> float:
    """Return the least power of sampling against thermal noise, ``8 k T 10^(SNDR/10) fs``.

    >>> round(thermal_nw(16000, 70), 1)
    5.3
    """
    return 8 * BOLTZMANN_J_PER_K * temperature_k * 10 ** (sndr_db / 10) * rate_hz * 1e9


def schreier_nw(rate_hz: float, sndr_db: float, merit_db: float) -> float:
    """Return the power at a Schreier figure of merit, ``fs/2 * 10^((SNDR - merit)/10)``.

    >>> round(schreier_nw(16000, 70, 173.9))
    326
    """
    return rate_hz / 2 * 10 ** ((sndr_db - merit_db) / 10) * 1e9


def walden_nw(rate_hz: float, sndr_db: float, merit_fj: float) -> float:
    """Return the power at a Walden figure of merit, ``merit * 2^ENOB * fs`` with ENOB = (SNDR - 1.76)/6.02.

    >>> round(walden_nw(16000, 61.96, 40.0))
    655
    """
    return merit_fj * 1e-15 * math.pow(2, (sndr_db - 1.76) / 6.02) * rate_hz * 1e9
