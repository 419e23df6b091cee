"""Kinds of words: content words and digits tell what a sentence says, stop words do not.

Words are those of Whisper's English normaliser: lower case, numbers as digits, contractions spelled out.
"""

from typing import get_args

from lowsr_tradeoff.records.privacy import WordKind

KINDS: tuple[WordKind, ...] = get_args(WordKind)

# The closed classes of English: Quirk, Greenbaum, Leech & Svartvik, A Comprehensive Grammar of the English
# Language, Longman 1985, ch. 2 (the classes), 3 (auxiliaries), 5 (determiners), 6 (pronouns), 9 (prepositions), 13
# (conjunctions). These words alone do not tell what was said.
DETERMINERS = "a an the this that these those each every either neither some any no all both half such what which"
PRONOUNS = (
    "i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself "
    "we us our ours ourselves they them their theirs themselves one ones who whom whose whoever whatever "
    "someone somebody something anyone anybody anything everyone everybody everything nobody nothing none"
)
PREPOSITIONS = (
    "about above across after against along among around as at before behind below beneath beside besides between "
    "beyond by down during except for from in inside into like near of off on onto out outside over past per since "
    "than through throughout till to toward towards under until up upon via with within without"
)
CONJUNCTIONS = "and or but nor so yet if unless whether because although though while when whenever where wherever"
AUXILIARIES = (
    "be am is are was were been being do does did done doing have has had having will would shall should can could "
    "may might must ought used not"
)
# Adverbs that refer to something said elsewhere, and fillers.
PRO_ADVERBS = "here there then now how why too also just very only even again oh uh um hm yes okay"
STOP_WORDS = frozenset(
    f"{DETERMINERS} {PRONOUNS} {PREPOSITIONS} {CONJUNCTIONS} {AUXILIARIES} {PRO_ADVERBS}".split()
)


def kind_of(word: str) -> WordKind:
    """Return the kind of a normalised word: digits where it holds one, else a stop word or a content word.

    >>> kind_of("$940"), kind_of("the"), kind_of("doctor")
    ('digits', 'stop words', 'content words')
    """
    if any(letter.isdigit() for letter in word):
        return "digits"
    return "stop words" if word in STOP_WORDS else "content words"
