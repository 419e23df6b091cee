"""How networks are trained: the settings of ``classify``."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from lowsr_tradeoff.errors import did_you_mean
from lowsr_tradeoff.records.network import Adapt, ArmName, Grid, Network
from lowsr_tradeoff.settings.front_end import FilePath
from lowsr_tradeoff.settings.groups import Positive, Settings, Share

COMPACT = ("small_vgg", "cp_mobile")
YAMNETS = ("yamnet", "yamnet_256")
ADAPTS = ("full", "probe", "lora", "dora")
NETWORKS: tuple[str, ...] = get_args(Network)
FILES = (".onnx", ".tflite")
CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
# What is made of a network that is not trained here: itself, and the control beside it.
CONTROLS: tuple[ArmName, ...] = ("classical",)
UNTRAINED: tuple[ArmName, ...] = ("raw", *CONTROLS)
LAST_BLOCKS = re.compile("last:([1-9][0-9]?)")


def _listed(value: object) -> object:
    """One value is a list of one, so that a file may say ``alpha = 0.4``."""
    return [value] if isinstance(value, int | float) else value


class ChosenTransfer(Settings):
    """Alpha and T given for one network, arm and rate, for example those that a paper reports."""

    network: Network
    rate_hz: int
    arm: ArmName
    alpha: Share
    temperature: Positive


class PublishedAccuracy(Settings):
    """What somebody else measured, to be shown beside the figure measured here."""

    network: Network
    rate_hz: int
    arm: ArmName
    accuracy: Share
    source: str


class ClassifySettings(Settings):
    """How the networks are trained.

    Attributes:
        network: ``"small_vgg"``, ``"cp_mobile"`` (made for microcontrollers), ``"yamnet"``, ``"yamnet_256"`` (its
            first blocks, for wearables), one of the PANNs, or your own (docs/bring-your-own-network.md): a
            ``.onnx`` or ``.tflite`` file with a TOML beside it, or a class of torch by ``package.module:Class``,
            whose code is run.
        checkpoint: File of weights to start from, published ones of AudioSet (see lowsr-tradeoff fetch) or those of
            your own class; ``None`` to start from random weights.
        as_published: PANNs with the front ends and pooling of the paper's code, not those that fit the weights.
        adapt: What is trained of a network that starts from other weights: ``"full"``, ``"probe"`` (its head, on
            clips that are not varied), ``"lora"`` and ``"dora"`` (adapters), ``"last:2"`` (its last two blocks).
        adapt_rank: Rank of the adapters.
        grids: Feature layouts: ``"native"`` (laid out for rate/2; of YAMNets their own features, computed at the
            rate), ``"shared"`` (every rate restored to 16 kHz, as in the paper; the PANNs have it alone).
        arms: Ways of training to compare; ``"classical"`` is no network but the control that networks must beat.
        protocol: ``"honest"`` uses the last epoch. ``"paper"`` keeps the epoch that is best on the test fold, which
            flatters, and reports by how much.
        patience: Epochs without a better one after which the paper's protocol stops; ``None`` for never.
        optimiser: AdamW on a one-cycle schedule, or the paper's Adam (AMSGrad) at a constant rate.
        epochs: Length of the fixed schedule.
        batch_size: Clips in one training step.
        learning_rate: The highest of the one-cycle schedule, or the constant one; 1e-3 with a checkpoint, unless
            another is given.
        weight_decay: Of AdamW: how fast weights shrink that no clip asks for.
        crop: Share of each training clip that one step hears, another part each time; 1 for all of it.
        is_varied: Whether training clips are rolled in time and have spans of bands and frames hidden.
        mixup: Both parameters of the beta distribution that two mixed training clips' weights are drawn from; 0 for
            no mixing.
        n_seeds: Repetitions with other initialisations and batch orders.
        alpha: Weight of the labels in ``alpha * CE + (1 - alpha) * T**2 * KL``.
        temperature: T of the same. With several values of either, an inner fold chooses among all pairs.
        search_trials: Pairs that are searched between the least and the greatest value given, in place of the
            grid; 0 for the grid.
        chosen: Alpha and T for single networks, arms and rates, in place of a choice.
        published: Accuracies to show beside those measured with the same network.
    """

    network: FilePath = "small_vgg"
    checkpoint: FilePath | None = None
    as_published: bool = False
    adapt: Adapt = "full"
    adapt_rank: int = Field(default=8, ge=1)
    grids: tuple[Grid, ...] = ("native",)
    arms: tuple[ArmName, ...] = ("raw", "finetuned", "basd", "cssd", "classical")
    protocol: Literal["honest", "paper"] = "honest"
    patience: int | None = Field(default=None, ge=1)
    optimiser: Literal["adamw_one_cycle", "adam_amsgrad"] = "adamw_one_cycle"
    epochs: int = Field(default=15, ge=1)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: Positive = 1e-2
    weight_decay: float = Field(default=1e-2, ge=0)
    crop: Annotated[float, Field(gt=0, le=1)] = 1.0
    is_varied: bool = True
    mixup: float = Field(default=0.0, ge=0)
    n_seeds: int = Field(default=1, ge=1)
    alpha: Annotated[tuple[Share, ...], Field(min_length=1), BeforeValidator(_listed)] = (0.4,)
    temperature: Annotated[tuple[Positive, ...], Field(min_length=1), BeforeValidator(_listed)] = (4.0,)
    search_trials: int = Field(default=0, ge=0)
    chosen: tuple[ChosenTransfer, ...] = ()
    published: tuple[PublishedAccuracy, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fit_the_network(cls, given: Any) -> Any:  # noqa: ANN401 - not validated yet
        return {**_usual_of(given), **given} if isinstance(given, dict) else given

    @field_validator("network")
    @classmethod
    def _check_network(cls, network: str) -> str:
        if network not in NETWORKS and not is_file(network) and not is_class(network):
            raise ValueError(
                f'there is no "{network}"; a file ends in {" or ".join(FILES)}, a class of your own is given as '
                f"package.module:Class; {did_you_mean(network, NETWORKS)}"
            )
        return network

    @field_validator("adapt")
    @classmethod
    def _check_adapt(cls, adapt: Adapt) -> Adapt:
        if adapt not in ADAPTS and not LAST_BLOCKS.fullmatch(adapt):
            raise ValueError(f'adapt = "{adapt}": give {", ".join(ADAPTS)}, or last:N for the last N blocks')
        return adapt

    @model_validator(mode="after")
    def _check(self) -> Self:
        if is_file(self.network):
            return self._check_file()
        is_own = is_class(self.network)
        is_compact = self.network in COMPACT
        if (is_compact and self.checkpoint) or ((is_compact or is_own) and self.as_published):
            raise ValueError(f"checkpoint and as_published are for published networks, not for {self.network}")
        if not is_compact and not is_own and self.network not in YAMNETS and "native" in self.grids:
            raise ValueError(f'{self.network} has a front end of its own: set grids = ["shared"]')
        if self.protocol == "paper" and (len(self.alpha) > 1 or len(self.temperature) > 1 or self.search_trials):
            raise ValueError("protocol paper takes one alpha and one temperature, or a table [[classify.chosen]]")
        if LAST_BLOCKS.fullmatch(self.adapt) and self.network not in YAMNETS and not is_own:
            raise ValueError(f'adapt = "{self.adapt}" is for {" and ".join(YAMNETS)}, not for {self.network}')
        if self.adapt == "probe" and self.protocol == "paper":
            raise ValueError(
                "protocol paper keeps the best epoch of a whole network: a probe takes protocol honest"
            )
        if self.adapt == "probe" and "attention" in self.arms:
            raise ValueError('attention compares feature maps, which adapt = "probe" does not change: leave it out')
        if self.crop < 1 and not self.is_varied:
            raise ValueError("crop takes another part of a clip each time, which is_varied = false forbids")
        if self.protocol == "honest" and self.patience:
            raise ValueError("patience stops by the test fold: it is for protocol paper alone")
        return self

    def _check_file(self) -> Self:
        if others := [arm for arm in self.arms if arm not in UNTRAINED]:
            raise ValueError(f"a network from a file is not trained: leave out {', '.join(others)}")
        if "raw" not in self.arms or self.grids != ("shared",):
            raise ValueError(
                'a network from a file takes arms = ["raw"], with or without "classical", on the shared grid'
            )
        if self.checkpoint or self.as_published or self.adapt != "full" or self.n_seeds > 1:
            raise ValueError("checkpoint, as_published, adapt and n_seeds are for networks that are trained")
        return self


def _usual_of(given: Mapping[str, object]) -> dict[str, object]:
    """What a network is trained with where nothing is said."""
    network = given.get("network", "small_vgg")
    if is_file(network):
        return {"arms": UNTRAINED, "grids": ("shared",)}
    is_of_panns = network in NETWORKS and network not in (*COMPACT, *YAMNETS)
    return {
        **({"grids": ("shared",)} if is_of_panns else {}),
        **({"learning_rate": 1e-3} if given.get("checkpoint") else {}),
    }


def is_file(network: object) -> bool:
    """Return whether a network is named by the file that holds it.

    >>> is_file("small_vgg"), is_file("mine/net.onnx")
    (False, True)
    """
    return isinstance(network, str) and network.lower().endswith(FILES)


def is_class(network: object) -> bool:
    """Return whether a network is named as a class of the user's.

    >>> is_class("small_vgg"), is_class("mine.net:Net"), is_class("C:net.onnx")
    (False, True, False)
    """
    return isinstance(network, str) and CLASS.fullmatch(network) is not None
