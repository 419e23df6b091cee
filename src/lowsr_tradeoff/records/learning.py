"""How much an attacker recovers with how much data to learn from, and what more of it would give."""

from lowsr_tradeoff.records.base import Measurement, Record


class LearningPoint(Record):
    """What an attacker recovered who learnt from a share of the data.

    Attributes:
        amount: Speakers that it learnt from, on average over the folds.
        minutes: How long they were heard.
        value: The share of words recovered of speakers that it never heard.
    """

    amount: float
    minutes: float
    value: Measurement


class LearningLaw(Record):
    """``ceiling - (ceiling - chance) * (1 + amount / scale) ** -exponent``.

    Attributes:
        chance: Recovered without data.
        ceiling: Recovered with data without end.
        scale: Amount of data at which the curve begins to bend.
        exponent: How fast it nears the ceiling.
        misfit_p: Probability of recoveries that lie at least as far off, where the law holds.
    """

    chance: float
    ceiling: float
    scale: float
    exponent: float
    misfit_p: float


class Extrapolation(Record):
    """What the law says of more data than there was.

    Attributes:
        times: As many times the data.
        value: The share of words recovered, or why the curve does not tell.
    """

    times: int
    value: Measurement


class LearningCurve(Record):
    """Recovery over growing shares of the data at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        front_end: Name of the microphone's front end.
        attacker: Who learns.
        measure: What the figure is: ``"word recovery"``.
        amount_of: What the amounts count: ``"speakers"``.
        points: From the least data to all.
        law: What was fitted to them, or ``None`` where they are too few.
        extrapolations: From all of the data on.
        setup: What was learnt from and tested on, in one sentence.
    """

    rate_hz: int
    front_end: str
    attacker: str
    measure: str
    amount_of: str
    points: tuple[LearningPoint, ...]
    law: LearningLaw | None
    extrapolations: tuple[Extrapolation, ...]
    setup: str
