"""Which of a run's networks is handed over, and to which device."""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.classify.arms import UNTRAINED, Listener
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.mel import Layout, lay_out
from lowsr_tradeoff.power.profiles.devices import fitted_devices
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.power.stage import estimate
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.settings.groups import COMPACT
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


@dataclass(frozen=True)
class Chosen:
    """A network of a run and the device that it is for.

    Attributes:
        config: Settings of the run.
        result: What the network recognised.
        profile: The device.
        power: What the device draws with it.
        layout: How it hears.
    """

    config: StudyConfig
    result: ClassifyResult
    profile: DeviceProfile
    power: PowerResult
    layout: Layout

    @property
    def listener(self) -> Listener:
        """The network's rate, grid and arm."""
        return Listener(self.result.rate_hz, self.result.grid, self.result.arm)

    @property
    def name(self) -> str:
        """As operating points are named; a folder's name, whatever the profile calls its device."""
        device = self.profile.name.replace("/", "-")
        return f"{self.result.rate_hz}-{self.result.grid}-{self.result.arm}-{device}"


def choose(tradeoff: Tradeoff, rate_hz: int, arm: str | None, device: str | None) -> Chosen:
    """Return the network of a run to hand over.

    A device hears at its own rate, so a network that hears captures restored to 16 kHz is none to choose.

    Args:
        tradeoff: Of the run.
        rate_hz: Rate of the microphone.
        arm: How it was trained; ``None`` for the arm recommended at that rate, else the most accurate one.
        device: A profile's name or path; ``None`` for the one that the run decided for.

    Raises:
        ConfigError: The run has no such network, the device cannot run it, or the run's settings are no settings.
    """
    config = load_config(None, tradeoff.settings)
    result = _arm_of(tradeoff, _hearing(tradeoff, config, rate_hz), arm)
    settings = config.power.model_copy(update={"devices": (device or config.power.devices[0],)})
    (profile,) = fitted_devices(settings)
    (power,) = estimate(profile, [result.cost], settings, config.seed, config.n_resamples)
    if power.infeasible:
        raise ConfigError(
            f"{profile.name} cannot run {config.classify.network} at {rate_hz} Hz: {'; '.join(power.infeasible)}; "
            "take another --device, or run the study with a smaller --network"
        )
    return Chosen(config, result, profile, power, layout_of(result))


def layout_of(result: ClassifyResult) -> Layout:
    """Return how a compact network hears."""
    return lay_out(result.rate_hz, result.grid, result.cost.window_s)


def _hearing(tradeoff: Tradeoff, config: StudyConfig, rate_hz: int) -> list[ClassifyResult]:
    """The results at a rate whose networks hear at that very rate."""
    if config.classify.network not in COMPACT:
        raise ConfigError(
            f"{config.classify.network}: has a front end of its own, made for large machines; run the study with "
            f"--network {' or '.join(sorted(COMPACT))}"
        )
    at_rate = [result for result in tradeoff.recognition.results if result.rate_hz == rate_hz]
    if not at_rate:
        rates = ", ".join(str(each) for each in sorted({result.rate_hz for result in tradeoff.recognition.results}))
        raise ConfigError(f"--rate {rate_hz}: the run has {rates} Hz; take one of these, or run the study with it")
    trained = [result for result in at_rate if result.arm not in UNTRAINED]
    hearing = [result for result in trained if layout_of(result).model_rate_hz == rate_hz]
    if not hearing:
        raise ConfigError(
            f"--rate {rate_hz}: the run's networks hear it on the shared grid alone, restored to 16 kHz, which "
            'costs a device what 16 kHz costs; run the study with grids = ["native"] under [classify]'
        )
    return hearing


def _arm_of(tradeoff: Tradeoff, hearing: Sequence[ClassifyResult], arm: str | None) -> ClassifyResult:
    known = {result.arm: result for result in sorted(hearing, key=_accuracy)}
    best = list(known.values())[-1]
    for name, result in known.items():
        if name == (arm or _recommended(tradeoff, best.rate_hz) or best.arm):
            return result
    if arm is None:
        return best
    raise ConfigError(
        f"--arm {arm}: the run has {', '.join(known)} at {hearing[0].rate_hz} Hz on a grid that a device can hear"
    )


def _recommended(tradeoff: Tradeoff, rate_hz: int) -> str | None:
    named = [point for point in tradeoff.points if point.point_id == tradeoff.decision.recommended]
    return next((point.arm for point in named if point.rate_hz == rate_hz), None)


def _accuracy(result: ClassifyResult) -> tuple[float, str]:
    """Of equals the last by name, so that the choice is the same every time."""
    return (-1.0 if result.accuracy.value is None else result.accuracy.value, result.arm)
