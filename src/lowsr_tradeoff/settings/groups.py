"""The groups of a study's settings, one per room."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from lowsr_tradeoff.records.network import Adapt, ArmName, Grid, Network
from lowsr_tradeoff.records.privacy import Engine
from lowsr_tradeoff.settings.front_end import FilePath

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

DeviceType = Literal["cpu", "cuda"]

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Payload = Literal["none", "labels", "raw", "adpcm", "opus"]


def _listed(value: object) -> object:
    """One value is a list of one, so that a file may say ``alpha = 0.4``."""
    return [value] if isinstance(value, int | float) else value


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class EventsSettings(Settings):
    """Which events to recognise.

    Attributes:
        source: Sounds to recognise: ``"demo"`` (synthesised), ``"digits"`` (embedded spoken digits), a folder with
            a subfolder per class, one of recordings with tables of labels, a CSV ``path,label[,fold][,source]``, or
            a published corpus (docs/data.md).
        n_folds: Folds to make where the corpus brings none.
        clip_s: Seconds the network hears; ``None`` takes what 19 clips in 20 fit into, at most 10 s.
    """

    source: FilePath = "demo"
    n_folds: int = Field(default=5, ge=2)
    clip_s: Positive | None = None


class SpeechSettings(Settings):
    """Whose words to recover.

    Attributes:
        source: Speech that must not leak: ``"demo"`` (embedded), ``"librispeech:DIR"``, or a folder with
            ``metadata.csv`` (``file,text[,speaker][,sex][,keywords]``); without transcripts, words are held against
            those recognised at the full rate.
    """

    source: FilePath = "demo"


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
        grids: Feature layouts: ``"native"`` (laid out for rate/2), ``"shared"`` (every rate restored to 16 kHz, as
            in the paper; published networks have it alone).
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
                f'there is no "{network}"; give one of {", ".join(NETWORKS)}, a .onnx or .tflite file, or a class '
                "of your own as package.module:Class"
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
        if not is_compact and not is_own and "native" in self.grids:
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
    has_own_front_end = network in NETWORKS and network not in COMPACT
    return {
        **({"grids": ("shared",)} if has_own_front_end else {}),
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


class PrivacySettings(Settings):
    """Who tries to understand.

    Attributes:
        attackers: ``"default"``: two recognisers as published, one that has a list of the sentences, single words
            learnt at the rate, speakers, sex and speech presence. ``"all"``: also a list of the keywords, two
            learners of single words, bandwidth extension, a recogniser adapted to the rate, beam search, a larger
            Whisper, the likelier of two transcripts, a second speaker encoder and learning curves.
        learning_curves: Which of all attackers learn from growing shares of their data too: ``"none"``,
            ``"vocabulary"``, the closed one, at a few seconds a share and rate, or ``"all"``, the adapted
            recogniser as well, whose time that multiplies by up to five.
        published_attackers: Whether published figures of a recogniser trained at low rates count as an attacker's.
        words_source: Single words that an attacker learns: ``"digits"`` (embedded), a folder with a subfolder per
            word, or a CSV ``path,label,source`` whose source is the speaker; ``None`` for the digits with the
            embedded speech, and for none with your own.
        engine: What runs the recogniser: CTranslate2, or openai-whisper as the reference.
        weights: A size of Whisper that its library has downloaded (``"small.en"``), a folder with a model in
            CTranslate2 form, or a ``.pt`` file for openai-whisper; ``None`` for the bundled tiny.en.
        larger_weights: Another Whisper that attacks as well with ``attackers = "all"``, named like ``weights``.
        policy: ``"forced"`` writes every clip down; ``"default"`` writes nothing where Whisper's own thresholds say
            that nobody speaks. Both are greedy at temperature 0 and never sample.
        language: Of the speech; the normaliser and the list of stop words are English.
        batch_size: Utterances decoded at once.
        pad_s: Silence encoded after each utterance; too little makes the recogniser repeat itself.
    """

    attackers: Literal["default", "all"] = "default"
    learning_curves: Literal["none", "vocabulary", "all"] = "vocabulary"
    published_attackers: bool = True
    words_source: FilePath | None = None
    engine: Engine = "ctranslate2"
    weights: FilePath | None = None
    larger_weights: FilePath | None = None
    policy: Literal["forced", "default"] = "forced"
    language: str = "en"
    batch_size: int = Field(default=8, ge=1)
    pad_s: float = Field(default=1.0, ge=1, le=20)

    @field_validator("language")
    @classmethod
    def _check_language(cls, language: str) -> str:
        if language != "en":
            raise ValueError('words can be counted in English alone so far: write "en", or leave it out')
        return language

    @model_validator(mode="after")
    def _check_curves(self) -> Self:
        if self.learning_curves == "all" and self.attackers != "all":
            raise ValueError(
                'learning_curves = "all" is of attackers that are not tried: set attackers = "all" too'
            )
        return self

    @model_validator(mode="after")
    def _check_larger(self) -> Self:
        if self.larger_weights is not None and self.attackers != "all":
            raise ValueError('larger_weights is of an attacker that is not tried: set attackers = "all" too')
        return self


class PowerSettings(Settings):
    """What it runs on.

    Attributes:
        devices: Device profiles by name or TOML path; the first one decides.
        microphone: Microphone profile by name or TOML path; ``None`` for the one of the device.
        stack: Software stack by its name in the device profile; ``None`` for the one named there.
        battery_mah: Nominal battery charge in mAh.
        battery_v: Nominal battery voltage in V.
        chemistry: Of the battery; decides what cold takes away.
        temperature_c: Of the battery in degrees Celsius.
        hop_s: Seconds between classifications; ``None`` for one per window.
        capture: Whether the core waits awake while sound arrives, or stops until a buffer is full.
        radio: What is sent all the time.
        storage: What is written all the time.
        listen_s: Seconds of listening out of every ``every_s``; ``None`` for always.
        every_s: Length of that cycle in seconds.
        wake_share: Share of the time that sound keeps the device awake, when a microphone that can wakes it;
            ``None`` for a device that is awake without being woken.
        alarms_per_hour: Alarms in an hour of listening, each of which sends and writes its label or its window;
            ``None`` for all the time. A study with a target puts in what it measures.
    """

    devices: tuple[FilePath, ...] = Field(default=("stm32u575", "stm32u385", "nrf52840", "efr32xg24"), min_length=1)
    microphone: FilePath | None = None
    stack: str | None = None
    battery_mah: Positive = 300.0
    battery_v: Positive = 3.7
    chemistry: Literal["lithium", "alkaline"] = "lithium"
    temperature_c: float = Field(default=20.0, ge=-16, le=60)
    hop_s: Positive | None = None
    capture: Literal["awake", "autonomous"] = "awake"
    radio: Payload = "none"
    storage: Payload = "none"
    listen_s: Positive | None = None
    every_s: Positive | None = None
    wake_share: Share | None = None
    alarms_per_hour: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _check_duty(self) -> Self:
        if (self.listen_s is None) != (self.every_s is None):
            raise ValueError("listen_s and every_s belong together: listening 5 s every 60 s")
        if self.listen_s is not None and self.every_s is not None and self.listen_s > self.every_s:
            raise ValueError(f"listening {self.listen_s} s does not fit into every {self.every_s} s")
        if self.listen_s is not None and self.wake_share is not None:
            raise ValueError("give either listen_s and every_s, or wake_share")
        return self
