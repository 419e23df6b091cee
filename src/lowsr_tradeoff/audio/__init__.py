"""From a file, or a sound in the air, to what the simulated microphone records."""

import numpy as np
from numpy.typing import NDArray

# Samples of one sound, mono, full scale ±1.
Samples = NDArray[np.float32]
# The rate that models of speech expect: recognisers, speaker embeddings, measures of intelligibility.
MODEL_RATE_HZ = 16000
