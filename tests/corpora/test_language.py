import pytest
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.corpora.language import foreign_language

FOREIGN = {
    "de": ("Mein Arzt hat den Termin auf Donnerstag verschoben.", "Der Schlüssel liegt auf dem Tisch im Flur."),
    "es": ("Mi médico cambió la cita al jueves.", "Guarda la llave debajo de la maceta."),
    "fr": ("Mon médecin a déplacé le rendez-vous à jeudi.", "Elle garde la clé sous le pot de fleurs."),
    "it": ("Il mio medico ha spostato l'appuntamento a giovedì.", "Tiene la chiave sotto il vaso."),
    "nl": ("Mijn dokter heeft de afspraak verplaatst naar donderdag.", "Ze bewaart de sleutel onder de bloempot."),
    "pl": ("Mój lekarz przesunął wizytę na czwartek.", "Zadzwoń do Martina zanim wyjdziesz."),
    "sv": ("Min läkare flyttade tiden till torsdag.", "Hon har nyckeln under krukan."),
}
ENGLISH = (
    [utterance.text for utterance in SPEECH.utterances],
    ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"],
    ["zero one two three four five six seven eight nine"],
    ["turn on the light"] * 50,
    # Names, brands and medicines are of no language; they are not refused.
    ["Martin", "Anna", "Peter", "Julia"],
    ["alexa"] * 100,
    ["paracetamol", "ibuprofen", "insulin"],
    ["Mhm.", "uh-huh", "okay", "[laughter]"],
)


@pytest.mark.parametrize("code", FOREIGN)
def test_two_sentences_tell_another_language(code):
    assert foreign_language(FOREIGN[code]) == code
    plain = [text.lower().encode("ascii", "ignore").decode() for text in FOREIGN[code]]
    assert foreign_language(plain) is not None


@pytest.mark.parametrize("texts", ENGLISH)
def test_what_may_be_english_is_not_refused(texts):
    assert foreign_language(texts) is None
