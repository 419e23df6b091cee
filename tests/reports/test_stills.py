import re
import struct
import xml.etree.ElementTree as ET

import pytest
from tests.replaced import replaced

from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.reports.exports.run_files import write_run
from lowsr_tradeoff.reports.stills import stills

NAMES = ["frontier", "accuracy", "words", "power"]
HOSTILE = "tiny <b> & $\\frac{1}{0}$"


@pytest.fixture(scope="module")
def study(build):
    return build(constraints={"min_accuracy": 0.6, "max_word_recovery": 0.4}, attacker=HOSTILE)


@pytest.fixture(scope="module")
def drawn(study):
    return stills(study)


def words(still) -> list[str]:
    return [
        "".join(node.itertext()).strip()
        for node in ET.fromstring(still.svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_svg_is_xml_of_no_other_file_and_png_has_its_size(drawn):
    assert list(drawn) == NAMES
    for still in drawn.values():
        assert ET.fromstring(still.svg).tag.endswith("svg")
        assert not re.search(rb'(?:href|src)="(?!#)', still.svg)
        assert struct.unpack(">II", still.png[16:24]) == (1080, 690)
        assert still._repr_svg_() == still.svg.decode()


def test_equal_records_give_equal_files(study, drawn, manifest, listen, tmp_path):
    write_run(tmp_path, study, manifest, listen, has_figures=True)
    files = {file.name: file.read_bytes() for file in (tmp_path / "figures").iterdir()}
    assert files == {f"{name}.svg": still.svg for name, still in drawn.items()} | {
        f"{name}.png": still.png for name, still in drawn.items()
    }
    assert not any(b"<dc:date>" in still.svg for still in drawn.values())


def test_axes_say_which_way_is_better(drawn):
    shown = {name: " ".join(words(still)) for name, still in drawn.items()}
    assert "average power in mW, log scale (less is better)" in shown["frontier"]
    assert "accuracy (higher is better)" in shown["frontier"]
    assert "accuracy (higher is better)" in shown["accuracy"]
    assert "recovered (lower is better for this report)" in shown["words"]
    assert "average power in mW (less is better)" in shown["power"]


def test_every_rate_training_attacker_and_part_is_named(study, drawn):
    rates = {f"{rate} Hz" for rate in (*study.rates_hz, study.reference_rate_hz)}
    assert rates | {"recommended", "asked for"} <= set(words(drawn["frontier"]))
    assert {"CSSD, native", "raw, shared"} <= set(words(drawn["accuracy"]))
    assert {"microphone", "network", "total with interval"} <= set(words(drawn["power"]))
    assert f"{HOSTILE} as published: word recovery" in words(drawn["words"])


def test_what_was_not_measured_is_left_out(study):
    gone = missing("gone", "clips")
    holes = replaced(
        study,
        {
            "recognition.results": tuple(
                one.model_copy(update={"accuracy": gone}) for one in study.recognition.results
            ),
            "privacy.attacks": (),
            "power.results": (),
            "points": tuple(point.model_copy(update={"accuracy": gone}) for point in study.points),
        },
    )
    assert list(stills(holes)) == NAMES
