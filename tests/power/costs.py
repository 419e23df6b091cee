"""What a small network on sound at 4 kHz costs, for the tests that put a price on it."""

from lowsr_tradeoff.records.network import ModelCost


def cost(**changes) -> ModelCost:
    """Two seconds of sound, a hundred frames of 64 bands, 2.8 million multiply-accumulates."""
    fields = {
        "rate_hz": 4000,
        "grid": "shared",
        "model_rate_hz": 16000,
        "window_s": 2.0,
        "parameters": 100_000,
        "macs": {"conv": 2_800_000, "linear": 1_280},
        "fft_size": 512,
        "frames": 100,
        "mel_bands": 64,
        "mel_nonzeros": 500,
        "weight_bytes": 100_000,
        "activation_bytes": 60_000,
    }
    return ModelCost(**(fields | changes))
