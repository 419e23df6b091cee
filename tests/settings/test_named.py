"""Names of front ends: there and back, and none of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene, name_of, named_front_end

FRONT_ENDS = st.builds(
    FrontEnd,
    filter=st.sampled_from(["ideal", "fir", "butterworth", "sigma_delta", "none"]),
    noise_floor_dbfs=st.sampled_from([None, -80.0, -60.0]),
    bits=st.integers(2, 24),
    scene=st.builds(Scene, distance_m=st.sampled_from([0.5, 1.0, 3.0]), rt60_s=st.sampled_from([None, 0.5])),
)


@pytest.mark.parametrize(
    ("text", "front_end"),
    [
        ("ideal", FrontEnd()),
        ("none", FrontEnd(filter="none")),
        ("fir64", FrontEnd(filter="fir")),
        ("fir128", FrontEnd(filter="fir", order=128)),
        ("butterworth1", FrontEnd(filter="butterworth", order=1)),
        ("Butterworth", FrontEnd(filter="butterworth", order=4)),
        ("sigma-delta", FrontEnd(filter="sigma_delta", order=3, oversampling=64)),
        ("sigma_delta4", FrontEnd(filter="sigma_delta", order=4)),
    ],
)
def test_a_name_stands_for_its_front_end(text, front_end):
    assert named_front_end(text) == front_end
    assert named_front_end(name_of(front_end)) == front_end


@pytest.mark.parametrize("text", ["", "rc", "ideal4", "none2", "butterworth9", "butterworth0", "fir-64", "4"])
def test_a_name_of_nothing_says_what_there_is(text):
    with pytest.raises(ConfigError, match=r"take one of ideal, none, fir<taps>, butterworth<order>"):
        named_front_end(text)


def test_noise_bits_and_scene_come_from_the_study():
    like = FrontEnd(noise_floor_dbfs=-60, bits=12, scene=Scene(distance_m=3))
    assert named_front_end("none", like) == like.model_copy(update={"filter": "none"})


@given(FRONT_ENDS, FRONT_ENDS)
def test_two_front_ends_have_two_names(one, other):
    assert (name_of(one) == name_of(other)) == (one == other)
