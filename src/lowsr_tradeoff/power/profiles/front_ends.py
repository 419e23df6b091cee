"""The front end that a study hears through: by default the filter that the profile of its deciding device names."""

from lowsr_tradeoff.power.profiles.devices import load_device, load_devices
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.settings.front_end import FrontEnd, name_of, named_front_end
from lowsr_tradeoff.settings.study import StudyConfig


def with_front_ends(config: StudyConfig) -> StudyConfig:
    """Return the settings with the filter of the device that decides in every place of ``"device"``.

    Noise floor, bits and scene stay those of the settings.

    Raises:
        ConfigError: There is no such device, or its profile is wrong.
    """
    deciding = load_device(config.power.devices[0])
    others = tuple(deciding.adc.filter.value if name == "device" else name for name in config.front_ends)
    front_end = _of(deciding, config) if config.front_end.filter == "device" else config.front_end
    return config.model_copy(update={"front_end": front_end, "front_ends": others})


def unlike_the_first(config: StudyConfig) -> dict[str, str]:
    """Return the devices whose front end is not that of the device that decides, each with the name of its own.

    A front end that the settings name is taken for every device.

    Raises:
        ConfigError: As :func:`load_devices`.
    """
    first, *others = load_devices(config.power.devices)
    if config.front_end.filter != "device":
        return {}
    own = {device.name: _of(device, config) for device in others}
    return {name: name_of(front_end) for name, front_end in own.items() if front_end != _of(first, config)}


def _of(device: DeviceProfile, config: StudyConfig) -> FrontEnd:
    return named_front_end(device.adc.filter.value, like=config.front_end)
