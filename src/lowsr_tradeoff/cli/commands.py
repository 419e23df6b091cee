"""The command line with all its commands, which add themselves when their modules load."""

from lowsr_tradeoff.cli import completion, decide, fetch, handover, listening, models, power, study  # noqa: F401
from lowsr_tradeoff.cli.app import app

__all__ = ["app"]
