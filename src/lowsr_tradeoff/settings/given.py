"""A network that a user brings as a file, and what the TOML beside it says of its input and output."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.reading import parse_toml, read_file
from lowsr_tradeoff.settings.groups import Settings

MOST_BYTES = 1 << 20
TUTORIAL = "docs/bring-your-own-network.md"


def _pairs(value: object) -> object:
    """A table as pairs, which can be hashed."""
    return tuple(value.items()) if isinstance(value, dict) else value


class MelNumbers(Settings):
    """Log-mel bands, where they are those of no network here.

    Attributes:
        frame: Samples in a frame, Hann-windowed; the FFT goes on with zeros.
        mel: The scale that bands are laid out on.
        has_unit_area: Whether a band's triangle has an area of 1 Hz, as Slaney's, in place of a height of 1.
        of: What the bands sum.
        log: Natural, or decibels: ten times the logarithm to base 10.
        offset: Added before the logarithm.
        floor: Least value that the logarithm is taken of.
        is_centred: Whether frames are centred on every hop, the sound mirrored at its ends.
    """

    frame: int = Field(ge=2)
    hop: int = Field(ge=1)
    fft_size: int = Field(ge=2)
    bands: int = Field(ge=1)
    low_hz: float = Field(ge=0)
    high_hz: float = Field(gt=0)
    mel: Literal["htk", "slaney"] = "htk"
    has_unit_area: bool = False
    of: Literal["power", "magnitude"] = "power"
    log: Literal["natural", "decibels"] = "natural"
    offset: float = Field(default=0.0, ge=0)
    floor: float = Field(default=1e-10, gt=0)
    is_centred: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.frame > self.fft_size or self.low_hz >= self.high_hz:
            raise ValueError("a frame is no longer than its FFT, and low_hz lies below high_hz")
        return self


class GivenNetwork(Settings):
    """What cannot be read from the file of a network.

    Attributes:
        rate_hz: The rate that it hears.
        input: ``"waveform"`` (samples, full scale 1) or ``"log_mel"``.
        front_end: Of ``"log_mel"``: ``"compact"`` (as exported here), ``"yamnet"``, or a table of numbers.
        window_s: Seconds of one input; only of a log-mel input, or where the file leaves the samples open.
        output: ``"logits"`` or ``"probabilities"``.
        answers: ``"all"``: each class may answer, and one that stands for no label is wrong. ``"corpus"``: the best
            of the corpus' own classes answers, which flatters a network of many classes.
        classes: Names of the outputs, in order.
        labels: Names of the outputs that stand for a label of the corpus; a label that is not named here stands for
            the output of its own name.
    """

    rate_hz: int = Field(ge=100)
    input: Literal["waveform", "log_mel"]
    front_end: Literal["compact", "yamnet"] | MelNumbers | None = None
    window_s: float | None = Field(default=None, gt=0)
    output: Literal["logits", "probabilities"]
    answers: Literal["all", "corpus"] = "all"
    classes: tuple[str, ...] = Field(min_length=2)
    labels: Annotated[tuple[tuple[str, tuple[str, ...]], ...], BeforeValidator(_pairs)] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        is_image = self.input == "log_mel"
        if is_image != (self.front_end is not None) or (is_image and self.window_s is None):
            raise ValueError('input = "log_mel" takes a front_end and window_s, "waveform" no front_end')
        return self

    def columns(self, labels: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
        """Return the numbers of the outputs that stand for each label.

        Raises:
            ConfigError: Labels have no output, or the table names what is not there; the message has all of them.
        """
        numbers = {name: number for number, name in enumerate(self.classes)}
        given = dict(self.labels)
        named = {label: given.get(label, (label,)) for label in labels}
        unknown = [
            f'{label}: no output "{one}"' for label, its in named.items() for one in its if one not in numbers
        ]
        unknown += [f"{label}: no label of the corpus" for label in given if label not in labels]
        if unknown:
            raise ConfigError("; ".join(unknown))
        return tuple(tuple(numbers[one] for one in named[label]) for label in labels)


def declaration_of(network: Path) -> GivenNetwork:
    """Return what the TOML beside a network says, ``NAME.toml`` for ``NAME.onnx``.

    Raises:
        ConfigError: It is missing, no TOML, or wrong; the message has all that is wrong.
    """
    path = network.with_suffix(".toml")
    try:
        return GivenNetwork.model_validate(parse_toml(read_file(path, MOST_BYTES).decode("utf-8-sig")))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); {network.name} needs it, see {TUTORIAL}"
        ) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"{path}: {wrong}; see {TUTORIAL}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not TOML in UTF-8: {error}") from error
