"""``README.md`` of a hand-over: how to build it, what it takes, what it is good for."""

from collections.abc import Iterable

from lowsr_tradeoff.deploy.firmware.record import Handover, Memory
from lowsr_tradeoff.deploy.model.card import percent, points
from lowsr_tradeoff.files.safe_text import markdown as plain
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import standing
from lowsr_tradeoff.reports.wording import number, point_name
from lowsr_tradeoff.settings.front_end import name_of

USE = """```c
static fe_state state;
static fe_level image[FE_BANDS * FE_COLUMNS];

fe_start(&state);
for (;;) {
    if (fe_hear(&state, next_sample(), image)) {
        run_network(image); /* fe_as_float(level), or fe_quantised(level) for an int8 input */
        fe_start(&state);
    }
}
```"""


def readme(handover: Handover, n_trained_on: int) -> str:
    """Return the hand-over's ``README.md``.

    Args:
        handover: What it holds.
        n_trained_on: Clips that the network learnt from.
    """
    sections = (
        _what(handover, n_trained_on),
        _build(),
        _files(),
        _in_code(handover),
        _on_the_network(handover),
        _takes(handover),
        _recognises(handover),
        _limits(),
    )
    return "\n\n".join(sections) + "\n"


def standing_of(tradeoff: Tradeoff, name: str) -> str:
    """Return whether the study recommends a point, and else which one it does and where this one stands.

    Args:
        tradeoff: Of the run.
        name: The point's.
    """
    recommended = tradeoff.decision.recommended
    if name == recommended:
        return "The study recommends this very point."
    other = "no point" if recommended is None else f"another point, {recommended}"
    names = {point.point_id: point_name(point) for point in tradeoff.points}
    stands = [standing(point, names) for point in tradeoff.points if point.point_id == name]
    here = stands[0] if stands else "its device is none of the study's"
    return f"The study recommends {other}. This one: {here}."


def _what(handover: Handover, n_trained_on: int) -> str:
    return (
        f"# {handover.network} for a microphone at {handover.rate_hz} Hz\n\n"
        f"`{plain(handover.name)}`: from 16-bit samples at {handover.rate_hz} Hz to scores of "
        f"{len(handover.classes)} kinds of sound, {handover.window_s:g} s at a time. Front end in C99, network in "
        f"int8 as ONNX, trained as `{handover.arm}` on all {n_trained_on} clips by lowsr-tradeoff "
        f"{handover.made_by}. "
        f"All constants come from the settings of the run. {plain(handover.standing)}"
    )


def _build() -> str:
    return (
        "## Build and check\n\n```\nsha256sum -c SHA256SUMS\nmake test\nmake test NUMBERS=q15\n```\n\n"
        "The test holds the front end to the vectors: in float every level within 1e-4 (1e-3 where it is 40 dB "
        "below the loudest of its column), in 16-bit fixed point the middle one of a window within half a decibel. "
        "For the device, compile `front_end.c`, `spectrum.c`, `levels_float.c` and `levels_q15.c` with your "
        "compiler; they need no heap and nothing but the C library. `-DFRONT_END_Q15` chooses fixed point, which "
        "needs no floating-point unit. "
        "`make size CC=arm-none-eabi-gcc CROSS=arm-none-eabi- CFLAGS='-Os -mcpu=cortex-m33 -mthumb'` tells what "
        "the code takes."
    )


def _files() -> str:
    rows = (
        ("network.int8.onnx", "the network: log-mel image in, scores out; weights per channel in int8"),
        ("front_end.h, front_end.c", "samples in, image out; what an application calls"),
        ("spectrum.*, number.h", "window and real FFT in either arithmetic"),
        ("levels.h, levels_float.c, levels_q15.c", "mel bands and logarithm"),
        ("settings.h, tables.h", "made for this run: sizes, normalisation, window, FFT, sparse mel bank"),
        ("vectors/", "sounds (`.i16`), images (`.log_mel.f32`), scores (`.scores.f32`); `index.csv` says what of"),
        ("log_mel.c, test_vectors.c, bytes.*, Makefile", "programs for a desk machine"),
        ("handover.json", "every figure of this page, and the names of the classes in the order of the scores"),
        ("decision.md, claims.md", "what the study decided, and what may be said of speech"),
    )
    return "## What is here\n\n" + _table(("file", "holds"), rows)


def _in_code(handover: Handover) -> str:
    microphone = handover.front_end
    bits = microphone.bits
    rounded = f" The study's converter has {bits} bits; round its samples to 16." if bits > 16 else ""
    noise = "none" if microphone.noise_floor_dbfs is None else f"{microphone.noise_floor_dbfs:g} dBFS"
    return (
        f"## In an application\n\n{USE}\n\n"
        f"Samples arrive at {handover.rate_hz} Hz, full scale ±32768. The network was trained for this microphone: "
        f"anti-alias filter {name_of(microphone)}, noise floor {noise}; `handover.json` has all of it.{rounded} "
        "Columns are made as sound arrives, so no window of sound is kept. Windows that overlap take an `fe_state` "
        "and an image each."
    )


def _on_the_network(handover: Handover) -> str:
    return (
        "## The network's input and output\n\n"
        "`log_mel` has the shape (n, 1, bands, columns), in natural logarithm of power. The graph first removes "
        f"the mean of the training, {handover.scale_mean:.6g}, and its deviation, {handover.scale_std:.6g}, then "
        f"quantises with scale {handover.input_scale:.6g} and zero point {handover.input_zero_point}. "
        "`fe_quantised` does all three at once, for a runtime that starts at the first int8 operator.\n\n"
        "To hold your runtime to the vectors, link a function `void network_scores(const float *log_mel, float "
        "*scores)` with `test_vectors.c` compiled with `-DWITH_NETWORK`. Scores may differ by "
        f"{handover.score_tolerance:.3g}: as much as half a step of the int8 input changes them."
    )


def _takes(handover: Handover) -> str:
    effort = handover.effort
    clock = "an unknown speed" if effort.clock_mhz is None else f"{effort.clock_mhz:g} MHz"
    rows = (
        ("front end, cycles per window", _figure(effort.front_end)),
        ("network, cycles per window", _figure(effort.network)),
        (f"both, at {clock}", _figure(effort.duration_s)),
        ("computing time per time", _figure(effort.real_time_factor)),
        ("average power of the device", _figure(effort.power_mw)),
        ("battery", _figure(effort.battery_hours)),
    )
    return (
        f"## What it takes on {plain(handover.device)}\n\n"
        "Bytes of the delivered parts; the code of front end and runtime comes on top.\n\n"
        + _table(("number", "flash", "RAM"), (_of_memory(memory) for memory in handover.memory))
        + "\n\nBy the power model of the study, with 95 % intervals; nothing was run on the device.\n\n"
        + _table(("what", "figure"), rows)
    )


def _of_memory(memory: Memory) -> tuple[str, str, str]:
    return (
        memory.number,
        f"{memory.flash:,}: weights {memory.weights:,}, tables {memory.tables:,}",
        f"{memory.ram:,}: state {memory.state:,}, image {memory.image:,}, activations {memory.activations:,}",
    )


def _recognises(handover: Handover) -> str:
    tested = (
        f"In cross-validation networks trained alike recognised {percent(handover.tested.accuracy)}. "
        "The delivered one learnt from all clips, so none is left to test it on."
    )
    if not handover.held_out:
        how = "Whether int8 and the C front end cost accuracy was not counted; `handover --held-out` does."
        return f"## What it recognises\n\n{tested} {how}"
    rows = ((each.chain, percent(each.accuracy), points(each.difference)) for each in handover.held_out)
    return (
        f"## What it recognises\n\n{tested} Those networks again, in int8, through the front end of this folder, "
        "on the clips that they had not seen:\n\n" + _table(("chain", "accuracy", "minus the study's"), rows)
    )


def _limits() -> str:
    return (
        "## What this is not\n\n"
        "- Measured on the device: cycles, power and battery are estimates with intervals.\n"
        "- A claim that speech is private: `claims.md` says which attackers were tried and what they recovered.\n"
        "- Fit for other microphones, rates or sounds than those of the study before it was tested there."
    )


def _figure(measurement: Measurement) -> str:
    return f"not known: {plain(measurement.reason)}" if measurement.reason else str(number(measurement))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
