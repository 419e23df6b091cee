"""The microphone of a study: the way of sound to it, its filter and its converter."""

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator

from lowsr_tradeoff.errors import ConfigError, did_you_mean
from lowsr_tradeoff.files.reading import sha256_of, usable_path
from lowsr_tradeoff.records.base import Record

Filter = Literal["ideal", "fir", "butterworth", "sigma_delta", "none", "device"]
Noise = Literal["white", "pink", "speech-shaped"]

FilePath = Annotated[str, AfterValidator(usable_path)]

OF_FILTERS = ("order", "cutoff", "oversampling")
# Those that a filter has, at their usual values; the others have none.
USUAL: dict[str, dict[str, float]] = {
    "fir": {"order": 64, "cutoff": 0.8, "oversampling": 8},
    "butterworth": {"order": 4, "cutoff": 0.8},
    "sigma_delta": {"order": 3, "oversampling": 64},
}
EXIST = "ideal, none, fir<taps>, butterworth<order> (butterworth1 is an RC), sigma-delta<CIC order>, device"

USUAL_NAMES = ("device", "ideal", "none", "fir64", "butterworth4", "sigma-delta")


class Scene(Record):
    """What happens to a sound on its way to the microphone. By default nothing: it is as it was recorded.

    Attributes:
        distance_m: From the mouth to the microphone; the recording counts as one from 1 m.
        rt60_s: Reverberation time of a made-up room, in which sound decays exponentially; ``None`` for no room.
        room_volume_m3: Of that room; a large one is less loud between its walls.
        room_seed: Draws another room of the same time and volume.
        impulse_response: WAV file of a measured room, in place of the made-up one; ``distance_m`` then sets the
            level alone.
        impulse_response_sha256: Of that file's bytes; filled in where it is not given.
        environment: ``"white"``, ``"pink"`` or ``"speech-shaped"`` noise, or a WAV file; ``None`` for quiet.
        environment_sha256: Of that file's bytes; filled in where it is not given.
        environment_snr_db: RMS of the sound as recorded (from 1 m, without the room) over that of the noise.
    """

    distance_m: float = Field(default=1.0, ge=0.01, le=100)
    rt60_s: float | None = Field(default=None, ge=0.05, le=10)
    room_volume_m3: float = Field(default=50.0, ge=1, le=1e5)
    room_seed: int = Field(default=0, ge=0)
    impulse_response: FilePath | None = None
    impulse_response_sha256: str | None = None
    environment: FilePath | None = None
    environment_sha256: str | None = None
    environment_snr_db: float | None = Field(default=None, ge=-60, le=100)

    @model_validator(mode="before")
    @classmethod
    def _hash_files(cls, given: object) -> object:
        """The bytes of a file decide what is heard, so they belong to every key that the scene is part of."""
        if not isinstance(given, dict):
            return given
        hashes = {
            f"{name}_sha256": _sha256_of(path, given.get(f"{name}_sha256"))
            for name in ("impulse_response", "environment")
            if isinstance(path := given.get(name), str) and path not in get_args(Noise)
        }
        return {**given, **hashes}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.environment is None) != (self.environment_snr_db is None):
            raise ValueError('environment and environment_snr_db belong together: "pink" at 10 dB')
        if self.rt60_s is not None and self.impulse_response is not None:
            raise ValueError("give either rt60_s for a made-up room, or impulse_response for a measured one")
        return self


class FrontEnd(Record):
    """The microphone's analogue side and converter; part of every privacy claim.

    Attributes:
        filter: What band-limits before decimating: a brick wall, an FIR filter after a faster converter, the
            analogue Butterworth filter (order 1 is an RC), the CIC decimator of a sigma-delta converter, or
            nothing, so that everything above rate/2 folds down. ``"device"``, a study's default, stands for the
            filter that the profile of the device that decides names.
        order: Taps of the FIR filter (64), order of the Butterworth (4) or CIC filter (3).
        cutoff: Frequency where FIR and Butterworth filters begin to stop, as a share of rate/2 (0.8): -6 dB for the
            FIR filter, -3 dB for the Butterworth.
        oversampling: How many times the rate the converter before the FIR filter (8), or the sigma-delta modulator
            (64), runs at.
        noise_floor_dbfs: RMS of microphone plus converter noise in the captured band, relative to a
            full-scale square wave (amplitude 1); ``None`` for a noiseless part.
        bits: Resolution of the converter.
        scene: Distance, room and noise around the microphone.
    """

    filter: Filter = "ideal"
    order: int | None = Field(default=None, ge=1, le=1024)
    cutoff: float | None = Field(default=None, ge=0.1, le=2)
    oversampling: int | None = Field(default=None, ge=4, le=1024)
    noise_floor_dbfs: float | None = Field(default=-80.0, le=0)
    bits: int = Field(default=16, ge=2, le=24)
    scene: Scene = Scene()

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        filled = dict.fromkeys(OF_FILTERS) | USUAL.get(str(given.get("filter")), {})
        return filled | {name: value for name, value in given.items() if value is not None or name not in filled}

    @model_validator(mode="after")
    def _check(self) -> Self:
        usual = USUAL.get(self.filter, {})
        if unused := [name for name in OF_FILTERS if getattr(self, name) and name not in usual]:
            raise ValueError(f"filter {self.filter} has no {' and no '.join(unused)}")
        highest = 1024 if self.filter == "fir" else 8
        if self.order is not None and self.order > highest:
            raise ValueError(f"filter {self.filter} has an order of at most {highest}, not {self.order}")
        return self


def _sha256_of(path: str, expected: object) -> object:
    """The hash of a file's bytes. Where the file is not there, what it was when the settings were made."""
    try:
        found = sha256_of(Path(path))
    except OSError as error:
        if expected is not None:
            return expected
        remedy = "give the path of a WAV file; noise also comes as white, pink or speech-shaped"
        raise ValueError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    if expected not in {None, found}:
        raise ValueError(
            f"{path}: is not the file that the settings were made with; leave its sha256 out to take it"
        )
    return found


def named_front_end(text: str, like: FrontEnd | None = None) -> FrontEnd:
    """Return the front end that a name such as ``butterworth4`` stands for.

    Args:
        text: A filter, with its order or without for the usual one.
        like: Where noise floor, bits and scene are taken from; ``None`` for the defaults.

    Raises:
        ConfigError: There is no such filter, or not of that order.

    >>> named_front_end("fir64").order, named_front_end("none").filter
    (64, 'none')
    """
    name = text.strip().lower().replace("-", "_")
    kind = name.rstrip("0123456789")
    kept = {} if like is None else like.model_dump(include={"noise_floor_dbfs", "bits", "scene"})
    try:
        return FrontEnd.model_validate({**kept, "filter": kind, "order": name.removeprefix(kind) or None})
    except ValidationError as error:
        near = did_you_mean(text, USUAL_NAMES)
        raise ConfigError(f"front end {text}: there is none of that name; {near} Written as {EXIST}") from error


def name_of(front_end: FrontEnd) -> str:
    """Return a name that no other front end has: filter and order, then what is not as usual.

    >>> name_of(FrontEnd(filter="butterworth", bits=12))
    'butterworth4, bits=12'
    """
    name = f"{front_end.filter.replace('_', '-')}{front_end.order or ''}"
    own, usual = front_end.model_dump(), named_front_end(name).model_dump()
    own |= {f"scene.{key}": value for key, value in own.pop("scene").items()}
    usual |= {f"scene.{key}": value for key, value in usual.pop("scene").items()}
    return ", ".join([name, *(f"{key}={value}" for key, value in own.items() if value != usual[key])])
