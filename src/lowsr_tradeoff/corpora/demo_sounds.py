"""Ten everyday sounds from simple physics: 2 s at 16 kHz, shape ``(N_SAMPLES,)``, of any level, no background.

``draw`` gives what belongs to the source (sizes, pitches, materials), the same numbers in the same order for every
take. ``rng`` gives what differs between takes (timing, force, noise). Ranges without a source are plausible
choices.
"""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Sound = NDArray[np.float64]
Values = NDArray[np.floating[Any]]

RATE_HZ = 16000
DURATION_S = 2.0
N_SAMPLES = round(RATE_HZ * DURATION_S)
FREQS_HZ = np.fft.rfftfreq(N_SAMPLES, 1 / RATE_HZ)


def engine(rng: Generator, draw: Generator) -> Sound:
    """Return an idling or driving engine: each firing rings the exhaust pipe, below 500 Hz.

    A four-stroke fires rpm / 60 * cylinders / 2 times a second: 23 Hz for four cylinders at 700 rpm. Cylinders
    differ, which adds half-order roughness; no two firings are equal.
    """
    firing_hz = _log_uniform(draw, 18, 110)
    cylinders = draw.uniform(0.6, 1.4, draw.integers(1, 7))
    exhaust = _ring(draw.uniform(45, 280, 3), draw.uniform(0.008, 0.04, 3), draw.uniform(0.3, 1, 3))
    hiss_corner_hz, hiss = draw.uniform(200, 400), draw.uniform(0.05, 0.4)
    times_s = _beats(rng, 1 / (firing_hz * rng.uniform(0.85, 1.15)), 0.03)
    force = np.resize(cylinders, len(times_s)) * rng.lognormal(0, 0.15, len(times_s))
    pulses = _convolve(_impulses(times_s, force), exhaust)
    flow = noise(rng, _below(hiss_corner_hz, 3) * _above(30, 2))
    return pulses + hiss * rms(pulses) * flow


def waves(rng: Generator, draw: Generator) -> Sound:
    """Return surf: clouds of air bubbles that swell with each breaker, most of it below 500 Hz.

    Bubbles that oscillate together sound far lower than each alone (Prosperetti 1988, Journal of the Acoustical
    Society of America 84); foam adds a brighter wash at the crest.
    """
    period_s, steepness = draw.uniform(2.5, 8), draw.uniform(1, 4)
    roar = _below(_log_uniform(draw, 80, 280), 1.5) * _above(draw.uniform(20, 60), 1)
    wash, wash_hz = draw.uniform(0, 0.2), draw.uniform(400, 1200)
    phase = np.arange(N_SAMPLES) / (RATE_HZ * period_s * rng.uniform(0.8, 1.2)) + rng.uniform()
    swell = (0.5 + 0.5 * np.cos(2 * np.pi * phase)) ** steepness
    foam = noise(rng, _below(wash_hz * 2, 2) * _above(wash_hz / 2, 2))
    return (0.2 + swell) * noise(rng, roar) + wash * swell**2 * foam


def heartbeat(rng: Generator, draw: Generator) -> Sound:
    """Return heart sounds at the chest: valves set blood and wall ringing, twice a beat, below 150 Hz.

    The first sound lasts about 0.15 s at 25 to 45 Hz, the second 0.12 s above 50 Hz (Ganong, Review of Medical
    Physiology). Systole takes about a third of the beat.
    """
    period_s = 60 / draw.uniform(50, 130)
    first = _thump(draw.uniform(28, 60), draw.uniform(0.1, 0.16), draw)
    second = _thump(draw.uniform(45, 100), draw.uniform(0.07, 0.12), draw) * draw.uniform(0.3, 1)
    systole_s = 0.18 + 0.17 * period_s * draw.uniform(0.8, 1.2)
    out = np.zeros(N_SAMPLES)
    for at_s in _beats(rng, period_s, 0.03):
        _add(out, first * rng.uniform(0.7, 1), at_s)
        _add(out, second * rng.uniform(0.7, 1), at_s + systole_s)
    return out


def knock(rng: Generator, draw: Generator) -> Sound:
    """Return knuckles on a door: bending modes of a wooden panel, most of it at 80 to 1000 Hz.

    A mode of loss factor eta fades with the time constant 1 / (pi * eta * f) (Cremer, Heckl and Petersson 2005,
    Structure-Borne Sound). A knuckle's contact lasts milliseconds, which leaves the high modes weak.
    """
    panel_hz = _log_uniform(draw, 80, 320)
    modes_hz = panel_hz * np.concatenate([[1.0], np.sort(draw.uniform(1.3, 8, 7))])
    loss, contact_hz = draw.uniform(0.05, 0.12), draw.uniform(200, 700)
    gains = draw.uniform(0.3, 1, 8) / (1 + (modes_hz / contact_hz) ** 2)
    n_raps, period_s = draw.integers(2, 7), draw.uniform(0.13, 0.4)
    rap = _ring(modes_hz, 1 / (np.pi * loss * modes_hz), gains)
    out = np.zeros(N_SAMPLES)
    for at_s in rng.uniform(0, 0.8) + period_s * np.arange(n_raps) * rng.uniform(0.85, 1.15):
        _add(out, rap * rng.lognormal(0, 0.3), at_s + 0.02 * rng.uniform())
    return out


def bark(rng: Generator, draw: Generator) -> Sound:
    """Return a barking dog: harmonics of vocal folds and turbulence through a vocal tract, 0.2 to 3 kHz.

    Barks range from harsh and low to tonal, high and modulated (Yin and McCowan 2004, Animal Behaviour 68).
    A tract of length l resonates near c / 4l and its odd multiples.
    """
    fold_hz, glide = _log_uniform(draw, 180, 800), draw.uniform(0.1, 0.5)
    tract_hz, harshness = 343 / 4 / draw.uniform(0.09, 0.22), draw.uniform(0.1, 0.8)
    length_s, period_s, n_barks = draw.uniform(0.09, 0.25), draw.uniform(0.3, 0.8), draw.integers(1, 6)
    out = np.zeros(N_SAMPLES)
    orders = np.arange(1, 13)
    gains = _tract(orders * fold_hz, tract_hz) / orders
    turbulence = noise(rng, _tract(FREQS_HZ, tract_hz))
    for at_s in rng.uniform(0, 0.9) + period_s * np.arange(n_barks) * rng.uniform(0.8, 1.2):
        pitch_hz = fold_hz * rng.uniform(0.9, 1.1) * (1 + glide * _arch(round(length_s * RATE_HZ)))
        voice = _harmonics(pitch_hz, gains)
        breath = turbulence[rng.integers(N_SAMPLES // 2) :][: len(voice)]
        call = voice / rms(voice) + harshness * breath / rms(breath)
        _add(out, call * _arch(len(call)) * rng.uniform(0.6, 1), at_s)
    return out


def alarm(rng: Generator, draw: Generator) -> Sound:
    """Return an electronic alarm: a beeping tone with odd harmonics, its pitch at 0.4 to 4 kHz.

    Fire alarms sound near 3 kHz or as a 520 Hz square wave (NFPA 72), half a second on and off (ISO 8201);
    clocks and appliances beep faster and in between.
    """
    pitch_hz = _log_uniform(draw, 500, 3200)
    second_hz = pitch_hz * draw.choice([1.0, 1.0, 0.8, 1.25])
    square = draw.uniform(0, 0.33)
    on_s, pause = _log_uniform(draw, 0.05, 0.5), draw.uniform(0.4, 1.5)
    n, gains = round(on_s * RATE_HZ), np.array([1, 0, square, 0, square / 2])
    tones = [_faded(_harmonics(np.full(n, hz), gains)) for hz in (pitch_hz, second_hz)]
    out = np.zeros(N_SAMPLES)
    for i, at_s in enumerate(_beats(rng, on_s * (1 + pause), 0)):
        _add(out, tones[i % 2], at_s)
    return out


def drops(rng: Generator, draw: Generator) -> Sound:
    """Return dripping water: each drop traps a bubble that rings and rises, at 0.5 to 4 kHz.

    A bubble of radius r sounds at 3 / r Hz, fades at d = 0.13 / r + 0.0072 * r**-1.5 per second and rises as
    1 + xi * d * t (van den Doel 2005, ACM Transactions on Applied Perception 2; Minnaert 1933).
    """
    radius_m, spread = _log_uniform(draw, 0.9e-3, 5e-3), draw.uniform(0.03, 0.3)
    rise, period_s, jitter = draw.uniform(0, 0.12), _log_uniform(draw, 0.15, 0.9), draw.uniform(0.02, 0.5)
    out = np.zeros(N_SAMPLES)
    for at_s in _beats(rng, period_s, jitter):
        r_m = np.clip(radius_m * rng.lognormal(0, spread), 0.7e-3, 6e-3)
        _add(out, _bubble(r_m, rise) * rng.lognormal(0, 0.4), at_s)
    return out


def birds(rng: Generator, draw: Generator) -> Sound:
    """Return birdsong: a syrinx whistles nearly pure sweeps, in phrases, at 2.2 to 7 kHz.

    The vocal tract takes most of the overtones away (Nowicki 1987, Nature 325).
    """
    from_hz, to_hz = _log_uniform(draw, 2300, 6500), _log_uniform(draw, 2300, 6500)
    length_s, pause = _log_uniform(draw, 0.03, 0.25), draw.uniform(0.2, 2)
    overtone, n_phrase = draw.uniform(0, 0.2), draw.integers(2, 12)
    out = np.zeros(N_SAMPLES)
    start_s = rng.uniform(0, 0.8)
    for i in range(n_phrase):
        n = round(length_s * RATE_HZ * rng.uniform(0.85, 1.15))
        sweep_hz = np.geomspace(from_hz, to_hz, n) * rng.uniform(0.95, 1.05)
        chirp = _harmonics(sweep_hz, np.array([1.0, overtone])) * _arch(n)
        _add(out, chirp * rng.uniform(0.5, 1), start_s + i * length_s * (1 + pause))
    return out


def keys(rng: Generator, draw: Generator) -> Sound:
    """Return a shaken bunch of keys: small steel bars collide and ring, at 2.5 to 7.5 kHz.

    Random collisions that excite a fixed set of resonances (Cook 1997, Computer Music Journal 21).
    """
    modes_hz = draw.uniform(2600, 7500, 14)
    ring = _modes(modes_hz, draw.uniform(100, 500) / (np.pi * modes_hz))
    n_hits, n_shakes = draw.integers(8, 40), draw.integers(1, 5)
    out = np.zeros(N_SAMPLES)
    shakes_s = rng.uniform(0.1, 1.8, n_shakes)
    for at_s in np.abs(rng.choice(shakes_s, n_hits) + 0.12 * rng.standard_normal(n_hits)):
        _add(out, (rng.standard_normal(14) * (rng.random(14) < 0.4)) @ ring * rng.lognormal(0, 0.5), at_s)
    return out


def crackle(rng: Generator, draw: Generator) -> Sound:
    """Return a crackling fire: trapped vapour bursts in snaps of milliseconds, above 2 kHz.

    Snaps come at random times with very uneven force (Farnell 2010, Designing Sound, chapter 34).
    """
    snaps_per_s, unevenness = _log_uniform(draw, 6, 50), draw.uniform(0.4, 1.0)
    decay_s, low_hz = _log_uniform(draw, 0.8e-3, 8e-3), draw.uniform(2500, 4500)
    colour = _above(low_hz, 6) * _below(low_hz * draw.uniform(1.3, 2.5), 2)
    times_s = rng.uniform(0, DURATION_S, 1 + rng.poisson(snaps_per_s * DURATION_S))
    force = _impulses(times_s, rng.lognormal(0, unevenness, len(times_s)))
    envelope = _convolve(force, np.exp(-np.arange(8 * decay_s * RATE_HZ) / (decay_s * RATE_HZ)))
    return _filter(envelope * rng.standard_normal(N_SAMPLES), colour)


SOUNDS = {
    model.__name__: model for model in (alarm, bark, birds, crackle, drops, engine, heartbeat, keys, knock, waves)
}


def _log_uniform(draw: Generator, low: float, high: float) -> float:
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def _beats(rng: Generator, period_s: float, jitter: float) -> Values:
    """Return times in s of a beat of random phase; each interval scatters by ``jitter`` of the period."""
    n = int(DURATION_S / period_s) + 2
    steps = period_s * np.maximum(0.2, 1 + jitter * rng.standard_normal(n))
    times_s: Values = rng.uniform(0, period_s) + np.cumsum(steps) - steps[0]
    return times_s[times_s < DURATION_S]


def _impulses(times_s: Values, force: Values) -> Sound:
    train = np.zeros(N_SAMPLES)
    np.add.at(train, (times_s * RATE_HZ).astype(np.int64), force)
    return train


def _add(out: Sound, sound: Sound, at_s: float) -> None:
    """Add a sound from a time on; what lies behind the end is lost."""
    part = out[round(at_s * RATE_HZ) :][: len(sound)]
    part += sound[: len(part)]


def _modes(freqs_hz: Values, decays_s: Values) -> Sound:
    """Return damped sines, one a row, as long as the slowest takes to fade by 60 dB."""
    t = np.arange(6.9 * np.max(decays_s) * RATE_HZ) / RATE_HZ
    modes: Sound = np.exp(-t / decays_s[:, None]) * np.sin(2 * np.pi * freqs_hz[:, None] * t)
    return modes


def _ring(freqs_hz: Values, decays_s: Values, gains: Values) -> Sound:
    ring: Sound = gains @ _modes(freqs_hz, decays_s)
    return ring


def _thump(pitch_hz: float, length_s: float, draw: Generator) -> Sound:
    n = round(length_s * RATE_HZ)
    return _harmonics(np.full(n, pitch_hz), np.array([1.0, draw.uniform(0.1, 0.5)])) * _arch(n)


def _harmonics(pitch_hz: Values, gains: Values) -> Sound:
    """Return a tone of gliding pitch with harmonics 1, 2, … of the given gains, but those that would alias."""
    is_below_half = np.arange(1, len(gains) + 1) * np.max(pitch_hz) < 0.48 * RATE_HZ
    z = np.exp(2j * np.pi * np.cumsum(pitch_hz) / RATE_HZ)
    tone: Sound = np.polyval(np.append((gains * is_below_half)[::-1], 0), z).imag
    return tone


def _bubble(radius_m: float, rise: float) -> Sound:
    damping = 0.13 / radius_m + 0.0072 * radius_m**-1.5
    t = np.arange(6.9 / damping * RATE_HZ) / RATE_HZ
    bubble: Sound = np.sin(2 * np.pi * 3 / radius_m * t * (1 + rise * damping * t)) * np.exp(-damping * t)
    return bubble


def _tract(freqs_hz: Values, first_hz: float) -> Values:
    """Return the gain of a tube open at the mouth: resonances at odd multiples of the first, falling upwards."""
    resonances_hz = np.array([1, 3, 5]) * first_hz
    peaks = 1 / (1 + ((freqs_hz[:, None] - resonances_hz) / (0.25 * first_hz)) ** 2)
    gain: Values = peaks @ np.array([1, 0.5, 0.2]) + 0.01 / (1 + freqs_hz / 1000)
    return gain


def _arch(n: int) -> Sound:
    return np.sin(np.pi * np.arange(n) / n) ** 2


def _faded(tone: Sound) -> Sound:
    """Return the tone with 5 ms of fading at both ends, so that switching does not click."""
    i = np.arange(len(tone))
    return tone * np.minimum(1, np.minimum(i, i[::-1]) / (0.005 * RATE_HZ))


def noise(rng: Generator, gain: Values) -> Sound:
    """Return Gaussian noise of RMS 1 with the given gain at FREQS_HZ."""
    sound = _filter(rng.standard_normal(N_SAMPLES), gain)
    return sound / rms(sound)


def rms(sound: Sound) -> float:
    """Return the root mean square of a sound, in its own unit."""
    return float(np.sqrt(np.mean(sound**2)))


def _filter(sound: Sound, gain: Values | NDArray[np.complex128]) -> Sound:
    return np.fft.irfft(np.fft.rfft(sound) * gain, N_SAMPLES)


def _convolve(sound: Sound, kernel: Sound) -> Sound:
    """Return the sound with a kernel at every sample; what runs over the end comes in at the start."""
    return _filter(sound, np.fft.rfft(kernel, N_SAMPLES))


def _below(corner_hz: float, order: float) -> Sound:
    gain: Sound = 1 / np.sqrt(1 + (FREQS_HZ / corner_hz) ** (2 * order))
    return gain


def _above(corner_hz: float, order: float) -> Sound:
    gain: Sound = (FREQS_HZ / corner_hz) ** order * _below(corner_hz, order)
    return gain
