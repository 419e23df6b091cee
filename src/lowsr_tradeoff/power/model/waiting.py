"""Power between computations, and while the device sleeps.

A device that waits for sound keeps its capture path running. That takes 10 to 1000 times a datasheet's stop
current. A figure for waiting includes the path if it was measured with it; else the profile lists
what stays on. On the nRF52840 the crystal and bus that converter and core share are counted in both, which
overestimates the total.
"""

from collections.abc import Mapping

import numpy as np

from lowsr_tradeoff.power.model.compute import active_mw
from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.model.parts import current_mw
from lowsr_tradeoff.power.profiles.parts import Microphone, MilliWatts
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, IncludedMicrophone
from lowsr_tradeoff.settings.groups import PowerSettings


def idle_mw(profile: DeviceProfile, busy_share: Draws | None, sample: Sample) -> Draws | None:
    """Return the average power of waiting in mW; ``None`` where the converter's figure includes it.

    ``P_idle(clock) * (1 - busy share) + P_stays_on``, and ``P_idle`` is at most the active power at that clock.
    """
    power = idle_power(profile)
    if power is None:
        return None
    power_mw = sample(*power)
    if isinstance(profile.core, ClockedCore):
        # Without this limit, more work would save power in some draws of a wide spread.
        power_mw = np.minimum(power_mw, active_mw(profile.core, sample))
    # A figure that includes the microphone counts all the time, because the microphone never stops.
    if busy_share is not None and not isinstance(profile.microphone, IncludedMicrophone):
        power_mw = power_mw * (1 - busy_share)
    return power_mw + stays_on_mw("idle", profile.idle.stays_on, sample)


def idle_power(profile: DeviceProfile) -> tuple[str, MilliWatts] | None:
    """Return name and figure of waiting at the clock in use; ``None`` where the converter's figure includes it."""
    core = profile.core
    if isinstance(core, ClockedCore) and core.point.idle_power is not None:
        return f"core.clocks.{core.runs_at}.idle_power", core.point.idle_power
    return None if profile.idle.power is None else ("idle.power", profile.idle.power)


def autonomous_mw(profile: DeviceProfile, busy_share: Draws | None, sample: Sample) -> Draws | None:
    """Return the average power in mW of a device that stops while buffers fill; ``None`` where it cannot.

    ``P_stop * (1 - busy share) + P_stays_on``.
    """
    own = profile.autonomous
    if own is None or busy_share is None:
        return None
    stopped = sample("autonomous.stop_power", own.stop_power) * (1 - busy_share)
    return stopped + stays_on_mw("autonomous", own.stays_on, sample)


def stays_on_mw(table: str, stays_on: Mapping[str, MilliWatts], sample: Sample) -> Draws | float:
    """Return the power in mW of what runs while sound arrives, whatever the core does."""
    return sum(sample(f"{table}.stays_on.{name}", power) for name, power in stays_on.items())


def listening_share(settings: PowerSettings) -> float:
    """Return the share of the time that the device listens, in 0…1.

    >>> listening_share(PowerSettings(listen_s=5, every_s=60)), listening_share(PowerSettings())
    (0.08333333333333333, 1.0)
    """
    if settings.listen_s is not None and settings.every_s is not None:
        return settings.listen_s / settings.every_s
    return 1.0 if settings.wake_share is None else settings.wake_share


def sleeps(settings: PowerSettings) -> bool:
    """Return whether the device ever sleeps."""
    return settings.wake_share is not None or settings.listen_s is not None


def why_no_sleep(profile: DeviceProfile, settings: PowerSettings) -> str | None:
    """Return why a device cannot sleep and wake as the settings ask, or ``None`` if it can."""
    if sleeps(settings) and profile.sleep is None:
        return f"no figure is known for the sleep of {profile.name}"
    microphone = profile.microphone
    can_wake = isinstance(microphone, Microphone) and microphone.wake is not None
    if settings.wake_share is not None and not can_wake:
        return "its microphone cannot wake it; choose one that can, for example vm1010 or t5838"
    return None


def asleep_mw(profile: DeviceProfile, settings: PowerSettings, sample: Sample) -> Draws | None:
    """Return the power in mW of device and microphone while asleep; ``None`` for a device that never is."""
    if profile.sleep is None or not sleeps(settings):
        return None
    power_mw = sample("sleep.power", profile.sleep.power)
    microphone = profile.microphone
    if not isinstance(microphone, Microphone):
        return power_mw
    if settings.wake_share is not None and microphone.wake is not None:
        return power_mw + current_mw(microphone, "wake", microphone.wake, sample)
    if microphone.sleep is not None:
        return power_mw + current_mw(microphone, "sleep", microphone.sleep, sample)
    return power_mw
