"""What a listening test is made of, and what comes back: the files that the pack and its scorer share."""

from pathlib import Path

from pydantic import Field, ValidationError

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.settings.front_end import FrontEnd

KEY = "key.json"
HAND_OUT, CLIPS = "hand-out", "clips"


class PackedClip(Record):
    """One clip of a pack.

    Attributes:
        clip: Its name in the pack, which says nothing.
        form: The form it is in, from 1.
        utterance: Its name in the corpus.
        speaker: Who speaks.
        rate_hz: The microphone's rate.
        text: What is said.
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
        pack: Digest of everything below.
        corpus: Name of the corpus.
        front_end: The microphone.
        seed: Of the draw and of the microphone's noise.
        clips: All clips, in the order of the forms.
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
    """What one listener's form hands back.

    Attributes:
        pack: The pack it belongs to.
        form: The form, from 1.
        listener: A name that the listener chose.
        consent: Whether the listener agreed to be counted.
        answers: One per clip.
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
