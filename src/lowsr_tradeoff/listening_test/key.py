"""The files of a listening test: the key that stays behind, and the answers that come back."""

from pathlib import Path

from pydantic import Field, ValidationError

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.settings.front_end import FrontEnd

KEY = "key.json"


class PackedClip(Record):
    """One clip of a pack.

    Attributes:
        clip: Its name in the pack, which tells nothing about it.
        form: Number of the form that it is in, from 1.
        utterance: Its name in the corpus.
        keywords: Phrases of the text that would hurt if they leaked.
    """

    clip: str
    form: int
    utterance: str
    speaker: str
    rate_hz: int
    text: str
    keywords: tuple[str, ...]


class Key(Record):
    """What is in the clips of a pack.

    Attributes:
        pack: Digest of what is in it.
        seed: Of the draw and of the microphone's noise.
        clips: In the order of the forms.
    """

    pack: str
    corpus: str
    front_end: FrontEnd
    seed: int
    clips: tuple[PackedClip, ...]


class Answer(Record):
    """What one listener wrote of one clip, and how often it was played."""

    clip: str
    plays: int = Field(ge=0)
    text: str


class AnswerSheet(Record):
    """The answers of one listener to one form.

    Attributes:
        form: Its number, from 1.
        listener: A name that the listener chose.
        consent: Whether the listener agreed to be counted.
    """

    pack: str
    form: int
    listener: str = Field(min_length=1)
    consent: bool
    answers: tuple[Answer, ...]


def read_key(folder: Path) -> Key:
    """Return the key of a pack.

    Raises:
        DataError: The folder has no key, or a damaged one.
    """
    file = folder / KEY
    try:
        return Key.model_validate_json(read_file(file))
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read ({error.strerror}); give the folder of a listening pack"
        ) from error
    except ValidationError as error:
        raise DataError(f"{file}: is no key of a listening pack; write the pack again with its settings") from error
