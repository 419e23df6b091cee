import pytest

from lowsr_tradeoff.privacy.signal.sii import IMPORTANCE, sii, sii_of
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene

# By hand: 0.025 at 500 Hz is the bands of 160 and 200 Hz whole and half that of 250 Hz.
EXPECTED = {500: 0.025, 800: 0.085, 1000: 0.134, 1250: 0.193, 2000: 0.341, 4000: 0.600, 8000: 0.855, 16000: 0.991}


@pytest.mark.parametrize(("rate_hz", "expected"), EXPECTED.items())
def test_band_limit_in_quiet(rate_hz, expected):
    assert sii(rate_hz) == pytest.approx(expected, abs=0.01)


def test_importance_is_a_distribution_over_third_octaves():
    assert sum(importance for _, importance in IMPORTANCE) == pytest.approx(1, abs=1e-4)
    for i, (centre_hz, _) in enumerate(IMPORTANCE):
        assert centre_hz == pytest.approx(1000 * 2 ** ((i - 8) / 3), rel=0.02)


def test_it_rises_with_the_rate_and_with_the_level_over_the_noise():
    values = [sii(rate_hz) for rate_hz in range(200, 20000, 100)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(1, abs=1e-4)
    assert sii(4000, 0) == pytest.approx(sii(4000) / 2)
    assert (sii(4000, -15), sii(4000, 15)) == (0, sii(4000))


def test_figure_is_counted_and_has_no_interval():
    figure = sii_of(FrontEnd(), 1000)
    assert (figure.basis, figure.low, figure.n, figure.n_of) == ("counted", None, 18, "bands")


@pytest.mark.parametrize(
    "front_end",
    [
        FrontEnd(filter="none"),
        FrontEnd(filter="butterworth"),
        FrontEnd(scene=Scene(environment="pink", environment_snr_db=10)),
        FrontEnd(scene=Scene(rt60_s=0.5)),
    ],
)
def test_what_it_does_not_know_has_no_index(front_end):
    assert sii_of(front_end, 1000).value is None


def test_distance_does_not_matter_in_a_quiet_room_and_noise_does():
    noisy = FrontEnd(scene=Scene(environment="speech-shaped", environment_snr_db=0))
    assert sii_of(noisy, 4000).value == pytest.approx(sii(4000) / 2)
