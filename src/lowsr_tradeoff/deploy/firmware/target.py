"""The target of a hand-over: which of a run's networks, and on which device."""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.classify.arms import arm_of, no_networks
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.mel import Layout, front_of, lay_out
from lowsr_tradeoff.power.profiles.devices import fitted_devices
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.power.stage import estimate
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.network import Condition, ModelCost
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS, is_class, is_file
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


@dataclass(frozen=True)
class Target:
    """A network of a run, what it computes and the device that it is for; ``config``: the run's settings."""

    config: StudyConfig
    result: ClassifyResult
    cost: ModelCost
    profile: DeviceProfile
    power: PowerResult

    @property
    def condition(self) -> Condition:
        """The network's rate, grid and arm."""
        return Condition(self.result.rate_hz, self.result.grid, self.result.arm)

    @property
    def layout(self) -> Layout:
        """Frames and mel bands of its images."""
        front = front_of(self.config.classify.network)
        return lay_out(self.result.rate_hz, self.result.grid, self.cost.window_s, front)

    @property
    def name(self) -> str:
        """The name of its operating point, usable for a folder whatever the profile calls its device."""
        device = self.profile.name.replace("/", "-")
        return f"{self.result.rate_hz}-{self.result.grid}-{self.result.arm}-{device}"


def choose_target(tradeoff: Tradeoff, rate_hz: int, arm: str | None, device: str | None) -> Target:
    """Return the network of a run to hand over, with its device.

    Networks whose captures are restored to 16 kHz are left out, since a device records at its own rate. Without an
    arm it is the one recommended at that rate, else the most accurate; without a device (name or path), that of the
    run.

    Raises:
        ConfigError: The run has no such network, the device cannot run it, or the run's settings are not valid.
    """
    config = load_config(None, tradeoff.settings)
    usable = _usable_results(tradeoff, config, rate_hz, arm)
    result = _of_arm(tradeoff, [of_one for of_one, _ in usable], arm)
    cost = next(cost for of_one, cost in usable if of_one is result)
    settings = config.power.model_copy(update={"devices": (device or config.power.devices[0],)})
    (profile,) = fitted_devices(settings)
    alarms = {(rate_hz, result.grid): result.alarm.alarms_per_hour} if result.alarm else {}
    (power,) = estimate(profile, [cost], settings, config.seed, config.n_resamples, alarms=alarms)
    if power.infeasible:
        raise ConfigError(
            f"{profile.name} cannot run {config.classify.network} at {rate_hz} Hz: {'; '.join(power.infeasible)}; "
            "take another --device, or run the study with a smaller --network"
        )
    return Target(config, result, cost, profile, power)


def _usable_results(
    tradeoff: Tradeoff, config: StudyConfig, rate_hz: int, arm: str | None
) -> list[tuple[ClassifyResult, ModelCost]]:
    """Return the networks at a rate whose images are computed at that rate, with what each computes."""
    network = config.classify.network
    if is_class(network) or is_file(network):
        remedy = (
            f"train --network {network} and export write it as ONNX"
            if is_class(network)
            else "a .onnx or .tflite file is ready for its own runtime"
        )
        raise ConfigError(f"{network}: is a network of your own, which is not handed over with C; {remedy}")
    if network not in (*COMPACT, *YAMNETS):
        raise ConfigError(
            f"{network}: has a front end of its own, made for large machines; run the study with "
            f"--network {' or '.join(sorted((*COMPACT, 'yamnet_256')))}"
        )
    if arm in no_networks():
        raise ConfigError(f"--arm {arm}: is no network but the control that networks must beat; leave --arm out")
    at_rate = [result for result in tradeoff.recognition.results if result.rate_hz == rate_hz]
    if not at_rate:
        rates = ", ".join(str(each) for each in sorted({result.rate_hz for result in tradeoff.recognition.results}))
        raise ConfigError(f"--rate {rate_hz}: the run has {rates} Hz; take one of these, or run the study with it")
    trained = [result for result in at_rate if arm_of(result.arm).is_trained]
    costs = [(result, result.cost) for result in trained if result.cost is not None]
    usable = [(result, cost) for result, cost in costs if cost.model_rate_hz == rate_hz]
    if not usable:
        raise ConfigError(
            f"--rate {rate_hz}: the run's networks hear it on the shared grid alone, restored to 16 kHz, which "
            'costs a device what 16 kHz costs; run the study with grids = ["native"] under [classify]'
        )
    return usable


def _of_arm(tradeoff: Tradeoff, results: Sequence[ClassifyResult], arm: str | None) -> ClassifyResult:
    # Of equal accuracies the last by name, so that the choice is always the same.
    ordered = sorted(results, key=lambda r: (-1.0 if r.accuracy.value is None else r.accuracy.value, r.arm))
    by_arm = {result.arm: result for result in ordered}
    best = list(by_arm.values())[-1]
    wanted = arm or _recommended_arm(tradeoff, best.rate_hz) or best.arm
    for name, result in by_arm.items():
        if name == wanted:
            return result
    if arm is None:
        return best
    raise ConfigError(
        f"--arm {arm}: the run has {', '.join(by_arm)} at {best.rate_hz} Hz on a grid that a device can hear"
    )


def _recommended_arm(tradeoff: Tradeoff, rate_hz: int) -> str | None:
    named = [point for point in tradeoff.points if point.point_id == tradeoff.decision.recommended]
    return next((point.arm for point in named if point.rate_hz == rate_hz), None)
