"""The groups of a study's settings, one per room."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lowsr_tradeoff.records.privacy import Engine
from lowsr_tradeoff.settings.front_end import FilePath

DeviceType = Literal["cpu", "cuda"]

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Payload = Literal["none", "labels", "raw", "adpcm", "opus"]


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
