"""Files as phones and browsers record them."""

import av
import numpy as np

TONE_HZ = 440


def write(path, codec, form, rate_hz, duration_s=1.0, n_channels=1):
    """Encode a tone of 440 Hz."""
    layout = {1: "mono", 2: "stereo"}[n_channels]
    tone = 0.3 * np.sin(2 * np.pi * TONE_HZ * np.arange(round(duration_s * rate_hz)) / rate_hz)
    packed = np.repeat(tone.astype(np.float32), n_channels)[None]
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.sample_rate = rate_hz
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        resampler = av.AudioResampler(format=form, layout=layout, rate=rate_hz)
        fifo = av.AudioFifo()
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            fifo.write(part)
        while part := fifo.read(stream.codec_context.frame_size or 1024, partial=True):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path
