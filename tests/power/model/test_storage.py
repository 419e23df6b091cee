import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import storage_mw
from lowsr_tradeoff.power.profiles.devices import load_storage

CARD = load_storage("sd_card")


@pytest.mark.parametrize(
    # AudioMoth: recording draws more than listening by 0.9, 4.5 and 9.5 mA at 16, 96 and 192 kHz, 16 bits, 3.3 V.
    ("rate_hz", "extra_ma"),
    [(16_000, 0.9), (96_000, 4.5), (192_000, 9.5)],
)
def test_writing_costs_what_audiomoth_recorders_draw_for_it(rate_hz, extra_ma):
    sample = sampler("d", 0, 10)
    writing = storage_mw(CARD, 16 * rate_hz, sample)[0] - storage_mw(CARD, 0, sample)[0]
    assert writing == pytest.approx(extra_ma * 3.3, rel=0.15)
