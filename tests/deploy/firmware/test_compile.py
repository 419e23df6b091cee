"""The C front end hears what Python hears, never beyond its memory or its numbers."""

import subprocess

import numpy as np
import pytest
from tests.deploy.firmware.c_sources import SANITIZED, STEP, needs_compiler, write_sources
from tests.deploy.small_model import package

from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.firmware import compile as compile_module
from lowsr_tradeoff.deploy.firmware.budget import memory_of
from lowsr_tradeoff.deploy.firmware.compile import compile_program, find_compiler, images_in_c
from lowsr_tradeoff.deploy.firmware.vectors import clip_codes, images_of, synthetic_sounds, vector_files
from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.settings.study import StudyConfig

pytestmark = needs_compiler

DB_PER_NEPER, DB_PER_NEPER_OF_MAGNITUDE = 10 / np.log(10), 20 / np.log(10)
PROBE = """#include <stdio.h>
#include "front_end.h"
#include "tables.h"
int main(void)
{
    static fe_level image[FE_BANDS * FE_COLUMNS];
    size_t n = sizeof FE_WINDOW + sizeof FE_COSINE + sizeof FE_SINE + sizeof FE_WEIGHTS;
    n += sizeof FE_BAND_FIRST + sizeof FE_BAND_BINS + sizeof FE_PATCH_FIRST;
#ifdef FRONT_END_Q15
    n += sizeof FE_LOG_2 + sizeof FE_BAND_LOG_2;
#if FE_MAGNITUDE
    n += sizeof FE_BAND_OFFSET;
#endif
#endif
    printf("%zu %zu %zu", sizeof(fe_state), sizeof image, n);
    for (int i = -100; i <= 0; i++) {
        printf(" %d", fe_quantised((fe_level)(i * FE_LEVELS_PER_NEPER / 8.0)));
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    layout = lay_out(1000, "native", 1.0)
    return layout, write_sources(tmp_path_factory.mktemp("native"), layout)


@pytest.fixture(scope="module")
def programs(native):
    """With every access and overflow watched."""
    folder = native[1]
    return {n: compile_program(folder, "log_mel.c", n, folder / n, SANITIZED) for n in ("float", "q15")}


def clips():
    features = package(clip_s=1.0).settings.features
    return [clip_codes(clip, features) for clip in events_of(StudyConfig(), None).clips[::40]]


def check(sounds, layout, in_float, in_q15):
    expected = images_of(sounds, layout)
    assert np.abs(images_in_c(in_float, sounds, layout.image) - expected).max() <= 1e-4
    off = (DB_PER_NEPER_OF_MAGNITUDE if layout.is_yamnet else DB_PER_NEPER) * np.abs(
        images_in_c(in_q15, sounds, layout.image) - expected
    )
    assert np.median(off, axis=(1, 2)).max() <= 0.5


def test_clips_sound_alike(native, programs):
    sounds = clips()
    assert len(sounds) == 10
    check(sounds, native[0], programs["float"], programs["q15"])


def test_sounds_at_the_ends_of_the_scale_do_too(native, programs):
    check([sound.codes for sound in synthetic_sounds(native[0], 0)], native[0], programs["float"], programs["q15"])


def test_full_scale_never_overflows(native, programs):
    """Tones at every height, square and constant: the sanitizers end the program where a sum does not fit."""
    layout = native[0]
    at = np.arange(1000)
    phases = [np.pi * at * step / 16 for step in range(17)]
    tones = [np.where(np.cos(phase) >= 0, 32767, -32768).astype(np.int16) for phase in phases]
    off = np.abs(images_in_c(programs["q15"], tones, layout.image) - images_of(tones, layout))
    loud = images_of(tones, layout) > 0
    assert DB_PER_NEPER * off[loud].max() < 0.5


def test_longer_ffts_and_the_shared_grid_at_its_own_rate(tmp_path):
    layout = lay_out(16000, "shared", 0.2)
    folder = write_sources(tmp_path, layout)
    both = [compile_program(folder, "log_mel.c", number, folder / number) for number in ("float", "q15")]
    check([sound.codes for sound in synthetic_sounds(layout, 1)], layout, *both)


@pytest.fixture(scope="module", params=[(16000, 0.6), (16000, 1.0), (16000, 2.1), (1000, 2.1), (500, 1.0)])
def yamnet(request, tmp_path_factory):
    """A window shorter than a patch, which silence follows, one of a patch, and one of two; and lower rates."""
    rate_hz, window_s = request.param
    layout = lay_out(rate_hz, "native", window_s, "yamnet")
    folder = write_sources(tmp_path_factory.mktemp("yamnet"), layout)
    return layout, {n: compile_program(folder, "log_mel.c", n, folder / n, SANITIZED) for n in ("float", "q15")}


def test_yamnets_front_end_sounds_alike(yamnet):
    layout, programs = yamnet
    check([sound.codes for sound in synthetic_sounds(layout, 1)], layout, *programs.values())


def test_yamnets_loudest_and_softest_sounds_fit_into_16_bits(yamnet):
    layout, programs = yamnet
    at = np.arange(round(layout.window_s * layout.model_rate_hz))
    phases = [np.pi * at * step / 16 for step in range(17)]
    tones = [np.where(np.cos(phase) >= 0, 32767, -32768).astype(np.int16) for phase in phases]
    one_step = [np.where(at % 16 == 0, 1, 0).astype(np.int16)]
    for sounds in (tones, one_step):
        off = np.abs(images_in_c(programs["q15"], sounds, layout.image) - images_of(sounds, layout))
        loud = images_of(sounds, layout) > 0
        assert np.median(off) * DB_PER_NEPER_OF_MAGNITUDE < 0.5
        assert not loud.any() or off[loud].max() * DB_PER_NEPER_OF_MAGNITUDE < 0.5


@pytest.mark.parametrize("number", ["float", "q15"])
def test_memory_of_yamnets_front_end_is_what_the_compiler_takes(number, tmp_path):
    layout = lay_out(16000, "shared", 2.1, "yamnet")
    folder = write_sources(tmp_path, layout)
    (folder / "probe.c").write_text(PROBE)
    program = compile_program(folder, "probe.c", number, folder / "probe", ("-Wno-unused",))
    said = [int(each) for each in subprocess.run([program], capture_output=True, check=True).stdout.split()]
    memory = memory_of(layout, number, 0, 0)
    assert said[:3] == [memory.state, memory.image, memory.tables]


@pytest.mark.parametrize("number", ["float", "q15"])
def test_memory_is_what_the_compiler_takes_and_levels_are_quantised_as_by_onnx(native, number):
    layout, folder = native
    (folder / "probe.c").write_text(PROBE)
    program = compile_program(folder, "probe.c", number, folder / f"probe-{number}", ("-Wno-unused",))
    said = [int(each) for each in subprocess.run([program], capture_output=True, check=True).stdout.split()]
    memory = memory_of(layout, number, 0, 0)
    assert said[:3] == [memory.state, memory.image, memory.tables]
    levels = np.arange(-100, 1) / 8
    expected = np.clip(np.rint((levels + 6.5) / 2.5 / STEP[0]) + STEP[1], -128, 127)
    assert np.abs(np.array(said[3:]) - expected).max() <= 1
    assert {*np.sign(np.array(said[3:]) - STEP[1])} == {-1, 0, 1}


def test_half_a_window_is_no_image(native, programs):
    done = subprocess.run([programs["float"]], input=b"\0" * 700, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    with pytest.raises(StageError, match="ended with 1"):
        images_in_c(programs["float"], [np.zeros(700, np.int16)], native[0].image)


NETWORK = """#include <stdio.h>
#include <string.h>
#include "settings.h"
void network_scores(const float *log_mel, float *scores);
void network_scores(const float *log_mel, float *scores)
{
    scores[0] = log_mel[0] + OFF;
    scores[1] = log_mel[1];
}
"""


def test_the_vectors_are_met_and_anything_else_is_told(native):
    layout, folder = native
    sounds = synthetic_sounds(layout, 0)[:2]
    images = images_of([sound.codes for sound in sounds], layout)
    (folder / "vectors").mkdir()
    for name, content in vector_files(sounds, images, images[:, 0, :2], ("a", "b")):
        (folder / name).write_bytes(content)
    (folder / "network.c").write_text(NETWORK)

    def build(number, off, *more):
        mine = (str(folder / "network.c"), "-DWITH_NETWORK", f"-DOFF={off}", *more)
        return compile_program(folder, "test_vectors.c", number, folder / f"vectors-{number}", mine)

    def run(program):
        return subprocess.run([program], cwd=folder, capture_output=True, text=True, check=False)

    right = build("float", "0.2f", *SANITIZED)
    done = run(right)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 2 vectors failed" in done.stdout
    wrong = run(build("q15", "0.3f"))
    assert wrong.returncode == 1
    assert wrong.stdout.count("FAILED") == 2
    (folder / "vectors" / "noise.log_mel.f32").write_bytes((images[1] + np.float32(0.01)).tobytes())
    assert "1 of 2 vectors failed" in run(right).stdout


def test_the_scores_of_a_window_are_the_mean_of_its_patches(tmp_path):
    """The first level of a patch as its score: of two patches, columns 0 and 112."""
    layout = lay_out(16000, "shared", 2.1, "yamnet")
    folder = write_sources(tmp_path, layout)
    sounds = synthetic_sounds(layout, 0)[:3]
    images = images_of([sound.codes for sound in sounds], layout)
    assert layout.starts == (0, 112)
    scores = np.stack([images[:, 0, [0, 112]].mean(axis=1), images[:, 0, [1, 113]].mean(axis=1)], axis=1)
    (folder / "vectors").mkdir()
    for name, content in vector_files(sounds, images, scores, ("a", "b")):
        (folder / name).write_bytes(content)
    (folder / "network.c").write_text(NETWORK)

    def told(off):
        mine = (str(folder / "network.c"), "-DWITH_NETWORK", f"-DOFF={off}", *SANITIZED)
        program = compile_program(folder, "test_vectors.c", "float", folder / "vectors-run", mine)
        return subprocess.run([program], cwd=folder, capture_output=True, text=True, check=False).stdout

    assert "0 of 3 vectors failed" in told("0.2f")
    assert "3 of 3 vectors failed" in told("0.3f")


def test_what_does_not_compile_is_told(native):
    (native[1] / "broken.c").write_text("int main(void) { int unused; return 0; }\n")
    with pytest.raises(StageError, match=r"does not compile: [^$]*unused variable"):
        compile_program(native[1], "broken.c", "float", native[1] / "broken")


def test_without_a_compiler_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr(compile_module.shutil, "which", lambda _: None)
    with pytest.raises(MissingResourceError, match="apt-get install gcc"):
        find_compiler()
