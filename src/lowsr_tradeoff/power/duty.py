"""Listening part of the time: by the clock, or when sound wakes the device."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.microphone import current_mw
from lowsr_tradeoff.power.parts import Microphone
from lowsr_tradeoff.power.profile import DeviceProfile
from lowsr_tradeoff.settings import PowerSettings


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


def why_awake(profile: DeviceProfile, settings: PowerSettings) -> str | None:
    """Return why a device cannot do the duty cycle asked for, or ``None`` if it can."""
    if not sleeps(settings):
        return None
    if profile.sleep is None:
        return f"no figure is known for the sleep of {profile.name}"
    if settings.wake_share is not None and _waking(profile) is None:
        return "its microphone cannot wake it; choose one that can, for example vm1010 or t5838"
    return None


def asleep_mw(profile: DeviceProfile, settings: PowerSettings, sample: Sample) -> Draws | None:
    """Return the power in mW while asleep; ``None`` for a device that never is.

    Stop current with RAM retained, and the microphone: listening for sound where that wakes the device, else
    asleep, else switched off.
    """
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


def _waking(profile: DeviceProfile) -> object:
    return profile.microphone.wake if isinstance(profile.microphone, Microphone) else None
