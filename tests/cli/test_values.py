"""Rates and shares as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.cli.values import integers, rate, rates, share
from lowsr_tradeoff.errors import ConfigError

HZ = st.integers(1, 192_000)
SPACES = st.sampled_from(["", " ", "  "])


@given(st.lists(HZ, min_size=1, max_size=8), SPACES, st.sampled_from(["", "Hz", " hz"]))
def test_a_list_is_read_however_it_is_spaced(given_hz, space, unit):
    assert rates("--rates", f",{space}".join(f"{hz}{unit}" for hz in given_hz)) == given_hz


@given(HZ, st.sampled_from(["k", "K", " k", "kHz", " KHZ"]))
def test_a_rate_with_k_is_the_rate_to_the_hertz(hz, unit):
    assert rate("--rate", f"{hz // 1000}.{hz % 1000:03}{unit}") == hz


@given(st.text(max_size=12))
def test_any_text_is_rates_or_a_message(text):
    found = []
    with suppress(ConfigError):
        found = rates("--rates", text)
        assert found
    assert all(isinstance(hz, int) and hz >= 0 for hz in found)


@given(HZ, st.integers(0, 9))
def test_octaves_double_and_end_at_the_last(first, n_octaves):
    last = first * 2**n_octaves
    found = rates("--rates", f"{first}:{last}:octave")
    assert found == [first * 2**k for k in range(n_octaves + 1)]
    assert rates("--rates", f"{first}:{last + first * 2**n_octaves - 1}:octave") == found


@given(HZ, st.integers(1, 5000), st.integers(0, 150), st.data())
def test_steps_are_even_and_end_before_the_last_is_passed(first, step, n, data):
    last = first + n * step + data.draw(st.integers(0, step - 1))
    assert rates("--rates", f"{first}:{last}:{step}") == [first + k * step for k in range(n + 1)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("7812.5,1000", "give a whole number of Hz, for example 7812"),
        ("0.4567k", "for example 457"),
        ("inf", "is no rate"),
        ("1e3", "is no rate"),
        ("-500", "is no rate"),
        ("", "is no rate"),
        ("500,,1000", "is no rate"),
        ("9" * 400, "is no rate"),
        ("500:8000", "first:last:octave"),
        ("8000:500:octave", "goes up"),
        ("500:8000:0", "goes up"),
        ("1:192000:1", "at most 200 steps"),
        ("500:8000:fifth", "is no rate"),
    ],
)
def test_what_is_no_rate_says_how_to_write_one(text, told):
    with pytest.raises(ConfigError) as error:
        rates("--rates", text)
    assert told in str(error.value)


@given(st.integers(0, 1000), SPACES)
def test_a_share_and_its_per_cent_are_the_same(thousandths, space):
    assert share("-x", f"{thousandths / 10:g}{space}%") == pytest.approx(thousandths / 1000, abs=1e-15)
    assert share("-x", f"{thousandths / 1000}") == thousandths / 1000
    assert share("-x", f"{thousandths / 1000}".replace(".", ",")) == thousandths / 1000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("70", "did you mean 0.7 (70 %)?"),
        ("7", "did you mean 0.07 (7 %)?"),
        ("170", "0% to 100%"),
        ("101%", "0% to 100%"),
        ("-0.1", "0% to 100%"),
        ("nan", "0% to 100%"),
        ("most", "such as 0.7 or 70%"),
        ("%", "such as 0.7 or 70%"),
    ],
)
def test_what_is_no_share_is_asked_about_or_told(text, told):
    with pytest.raises(ConfigError) as error:
        share("--min-accuracy", text)
    assert str(error.value).startswith(f"--min-accuracy {text}: ")
    assert told in str(error.value)


def test_whole_numbers_stand_with_commas():
    assert integers("--bits", "16, 8") == [16, 8]
    with pytest.raises(ConfigError, match=r"--bits 8;4: give whole numbers with commas"):
        integers("--bits", "8;4")
