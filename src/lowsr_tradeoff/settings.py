"""The groups of a study's settings, one per room."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lowsr_tradeoff.records import Arm, Grid

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FrontEnd(Settings):
    """The microphone's analogue side and converter; part of every privacy claim.

    Attributes:
        anti_alias: Band-limit before decimating. Without it everything above rate/2 folds down.
        noise_floor_dbfs: RMS of microphone plus converter noise in the captured band, relative to a
            full-scale square wave (amplitude 1); ``None`` for a noiseless part.
        bits: Resolution of the converter.
    """

    anti_alias: bool = True
    noise_floor_dbfs: float | None = Field(default=-80.0, le=0)
    bits: int = Field(default=16, ge=2, le=24)


class EventsSettings(Settings):
    """Which events to recognise.

    Attributes:
        source: ``"demo"`` (synthesised), ``"digits"`` (embedded spoken digits), a folder with a subfolder per
            class, a CSV ``path,label[,fold][,source]``, or an ESC-50 checkout.
        n_folds: Folds to make where the corpus brings none.
        clip_s: Seconds the network hears; ``None`` takes what 19 clips in 20 fit into, at most 10 s.
    """

    source: str = "demo"
    n_folds: int = Field(default=5, ge=2)
    clip_s: Positive | None = None


class SpeechSettings(Settings):
    """Whose words to recover: ``"demo"`` (embedded) or a folder with ``metadata.csv``."""

    source: str = "demo"


class ClassifySettings(Settings):
    """How the networks are trained.

    Attributes:
        grids: Feature layouts: ``"shared"`` (every rate restored to 16 kHz), ``"native"`` (laid out for rate/2).
        arms: Ways of training compared.
        epochs: Length of the fixed schedule; the last epoch is used.
        n_seeds: Repetitions with other initialisations and batch orders.
        alpha: Weight of the labels in ``alpha * CE + (1 - alpha) * T**2 * KL``.
        temperature: T of the same.
    """

    grids: tuple[Grid, ...] = ("shared", "native")
    arms: tuple[Arm, ...] = ("raw", "finetuned", "basd", "cssd")
    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: Positive = 5e-3
    weight_decay: float = Field(default=1e-2, ge=0)
    mixup: float = Field(default=0.3, ge=0)
    n_seeds: int = Field(default=1, ge=1)
    alpha: Share = 0.4
    temperature: Positive = 4.0


class PrivacySettings(Settings):
    """Who tries to understand.

    Attributes:
        weights: Folder of a Whisper model in CTranslate2 form; ``None`` for the bundled tiny.en.
        batch_size: Utterances decoded at once.
        pad_s: Silence encoded after each utterance; too little makes the recogniser repeat itself.
    """

    weights: str | None = None
    batch_size: int = Field(default=8, ge=1)
    pad_s: float = Field(default=2.0, ge=1, le=20)


class PowerSettings(Settings):
    """What it runs on.

    Attributes:
        devices: Device profiles by name or TOML path; the first one decides.
        battery_mah: Nominal battery charge in mAh.
        battery_v: Nominal battery voltage in V.
        hop_s: Seconds between classifications; ``None`` for one per window.
    """

    devices: tuple[str, ...] = Field(default=("stm32u575", "stm32u385", "nrf52840", "phone_cpu"), min_length=1)
    battery_mah: Positive = 300.0
    battery_v: Positive = 3.7
    hop_s: Positive | None = None


class Constraints(Settings):
    """What must hold, on the pessimistic end of each interval. None is set by default: they are policy."""

    min_accuracy: Share | None = None
    max_word_recovery: Share | None = None
    min_battery_hours: Positive | None = None

    def given(self) -> dict[str, float]:
        """Return the constraints that are set, by name.

        >>> Constraints(min_accuracy=0.7).given()
        {'min_accuracy': 0.7}
        """
        return {name: value for name, value in self.model_dump().items() if value is not None}
