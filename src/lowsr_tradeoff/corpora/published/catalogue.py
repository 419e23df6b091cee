"""The published weights and corpora that can be fetched: what each is, its licence and its address."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Self
from urllib.parse import quote

from pydantic import model_validator

from lowsr_tradeoff.errors import ConfigError, did_you_mean
from lowsr_tradeoff.settings.groups import Settings


class Download(Settings):
    """Something published that can be fetched.

    Attributes:
        record: Address of the Zenodo record that holds the files and states their hashes.
        address: Address of the one file that no record holds, with its ``checksum``.
        folder: What its archives unpack to; ``None`` for files that stay as they are.
    """

    what: str
    source: str
    licence: str
    files: tuple[str, ...]
    record: str | None = None
    address: str | None = None
    checksum: str | None = None
    folder: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.record is None) == (self.address is None) or (self.address and len(self.files) > 1):
            raise ValueError("a download has a record, or the address of its one file")
        return self

    def address_of(self, file: str) -> str:
        """Return where one of its files is."""
        return self.address or f"{self.record}/files/{quote(file)}/content"


@cache
def downloads() -> dict[str, Download]:
    """Return what can be fetched, by name."""
    text = (files("lowsr_tradeoff") / "configs" / "downloads.toml").read_text(encoding="utf-8")
    return {name: Download.model_validate(value) for name, value in tomllib.loads(text).items()}


def find_download(name: str) -> Download:
    """Return one download by its name.

    Raises:
        ConfigError: There is none of that name.
    """
    if name in downloads():
        return downloads()[name]
    raise ConfigError(f"{name}: nothing of that name; {did_you_mean(name, downloads())}")
