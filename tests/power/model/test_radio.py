import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import radio_mw
from lowsr_tradeoff.power.profiles.devices import load_radio

RADIO = load_radio("ble_nrf52840")


@pytest.mark.parametrize(
    # 24 nJ per bit: 256 kbit/s take 6.2 mW, 32 kbit/s 0.77 mW; the connection itself 17 uW.
    ("sent_bits_per_s", "power_mw"),
    [(256_000, 6.161), (32_000, 0.785), (0, 0.0173)],
)
def test_power_is_bits_times_their_energy_and_the_connection(sent_bits_per_s, power_mw):
    assert radio_mw(RADIO, sent_bits_per_s, sampler("d", 0, 10))[0] == pytest.approx(power_mw, abs=0.001)
