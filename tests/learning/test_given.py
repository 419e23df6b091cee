"""A network from a file: run window by window, counted operator by operator, refused with a reason."""

import math
from importlib.util import find_spec

import librosa
import numpy as np
import onnx
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from onnx import helper, numpy_helper
from tests.deploy.small_model import package, packed
from tests.learning.tflite_file import dense_file

from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.learning import given_files
from lowsr_tradeoff.learning.given import class_scores, mel_levels, open_network, window_starts
from lowsr_tradeoff.settings.given import GivenNetwork, MelNumbers

SAMPLES = {"rate_hz": 1000, "input": "waveform", "output": "logits", "classes": ("loud", "soft")}


def of_samples(shape=("n", 100), n_classes=2, n_inputs=100):
    """A network whose first score is the mean of its samples, and each other one less by its number."""
    read = helper.make_tensor_value_info("sound", onnx.TensorProto.FLOAT, list(shape))
    said = helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [None, n_classes])
    held = [
        numpy_helper.from_array(np.full((n_inputs, n_classes), 1 / n_inputs, np.float32), "weight"),
        numpy_helper.from_array(-np.arange(n_classes, dtype=np.float32), "bias"),
    ]
    nodes = [
        helper.make_node("MatMul", ["sound", "weight"], ["sums"]),
        helper.make_node("Add", ["sums", "bias"], ["scores"]),
    ]
    graph = helper.make_graph(nodes, "g", [read], [said], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()


def saved(folder, content, name="net.onnx"):
    (folder / name).write_bytes(content)
    return folder / name


def test_a_sound_is_heard_in_windows_that_lie_evenly_and_scores_are_their_mean(tmp_path):
    said = GivenNetwork(**SAMPLES)
    opened = open_network(saved(tmp_path, of_samples()), said)
    sound = np.repeat(np.float32([1, 2, 4]), 100)
    np.testing.assert_allclose(class_scores(opened, said, sound), [7 / 3, 7 / 3 - 1], rtol=1e-5)
    np.testing.assert_allclose(class_scores(opened, said, sound[:50]), [0.5, -0.5], rtol=1e-5)
    assert opened.counted.macs == {"linear": 200}
    assert (opened.counted.parameters, opened.counted.activations) == (202, 102)


@pytest.mark.parametrize(("n_samples", "n_window"), [(1, 10), (10, 10), (14, 10), (16, 10), (101, 10)])
def test_windows_reach_from_the_first_sample_to_the_last(n_samples, n_window):
    starts = window_starts(n_samples, n_window)
    assert starts[0] == 0
    assert abs(len(starts) - max(1, n_samples / n_window)) <= 0.5
    assert len(starts) == 1 or starts[-1] + n_window == n_samples


def test_an_open_length_is_that_of_the_toml(tmp_path):
    path = saved(tmp_path, of_samples(("n", "samples")))
    with pytest.raises(ConfigError, match=r"net\.onnx: the file leaves the length of its input open; say window_s"):
        open_network(path, GivenNetwork(**SAMPLES))
    assert open_network(path, GivenNetwork(**SAMPLES, window_s=0.1)).shape == (1, 100)


def test_operators_of_an_export_are_those_that_torch_runs(tmp_path):
    """The project's own small_vgg, counted layer by layer in torch."""
    settings = package().settings
    said = GivenNetwork(
        rate_hz=1000, input="log_mel", front_end="compact", window_s=0.5, output="logits", classes=settings.classes
    )
    opened = open_network(saved(tmp_path, packed()), said)
    assert opened.counted.macs == settings.cost.macs
    assert opened.counted.activations == settings.cost.activation_bytes


def test_grouped_convolutions_are_counted_apart():
    node = helper.make_node("Conv", ["x", "w"], ["y"], group=8)
    assert given_files._macs_onnx(node, (8, 1, 3, 3), (1, 8, 5, 5)) == {"depthwise": 8 * 25 * 9}
    gemm = helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)
    assert given_files._macs_onnx(gemm, (4, 30), (1, 4)) == {"linear": 120}


@pytest.mark.skipif(
    find_spec("ai_edge_litert") is None, reason="the extra tflite (ai-edge-litert) is not installed"
)
@pytest.mark.parametrize("scales", [None, (4 / 127, 1e-4, 8 / 127)], ids=["float", "int8"])
def test_a_tensorflow_lite_file_is_run_window_by_window_and_counted(tmp_path, scales):
    weight, bias = np.full((2, 100), 0.01), [0.0, -1.0]
    said = GivenNetwork(**SAMPLES)
    opened = open_network(saved(tmp_path, dense_file(weight, bias, scales), "net.tflite"), said)
    sound = np.repeat(np.float32([1, 2, 4]), 100)
    # In int8: half a step of the input and of the output.
    away = 1e-5 if scales is None else (4 + 8) / 127 / 2
    np.testing.assert_allclose(class_scores(opened, said, sound), [7 / 3, 7 / 3 - 1], atol=away)
    assert opened.counted.macs == {"linear": 200}
    assert (opened.counted.parameters, opened.counted.activations) == (202, 102)


@pytest.mark.skipif(
    find_spec("ai_edge_litert") is None, reason="the extra tflite (ai-edge-litert) is not installed"
)
def test_a_tensorflow_lite_file_that_is_cut_off_or_of_other_classes_is_told(tmp_path):
    content = dense_file(np.zeros((3, 100)), np.zeros(3))
    with pytest.raises(DataError, match=r"net\.tflite: gives 3 values, but its TOML names 2 classes"):
        open_network(saved(tmp_path, content, "net.tflite"), GivenNetwork(**SAMPLES))
    with pytest.raises(DataError, match=r"net\.tflite: is no network that runs here"):
        open_network(saved(tmp_path, content[:90], "net.tflite"), GivenNetwork(**SAMPLES))


@pytest.mark.parametrize(
    ("content", "classes", "told"),
    [
        (b"no network", ("a", "b"), "is no network that runs here"),
        (of_samples()[:60], ("a", "b"), "is no network that runs here"),
        (of_samples(n_classes=3), ("a", "b"), "gives 3 values, but its TOML names 2 classes"),
    ],
)
def test_what_does_not_fit_is_told_with_the_file(tmp_path, content, classes, told):
    with pytest.raises(DataError, match=f"net.onnx: {told}"):
        open_network(saved(tmp_path, content), GivenNetwork(**{**SAMPLES, "classes": classes}))


def test_an_image_of_other_sides_is_told(tmp_path):
    said = GivenNetwork(
        rate_hz=1000, input="log_mel", front_end="compact", window_s=1.0, output="logits", classes=("high", "low")
    )
    with pytest.raises(DataError, match=r"takes an input of \(1, 1, 16, 12\), but its TOML describes \(16, 25\)"):
        open_network(saved(tmp_path, packed()), said)


def test_a_file_that_is_not_there_and_a_runtime_that_is_not(tmp_path, monkeypatch):
    with pytest.raises(MissingResourceError, match=r"none\.onnx: cannot be read .* check --network"):
        open_network(tmp_path / "none.onnx", GivenNetwork(**SAMPLES))
    monkeypatch.setattr(given_files, "find_spec", lambda _: None)
    with pytest.raises(MissingResourceError, match=r"ai-edge-litert: not installed; .*lowsr-tradeoff\[tflite\]"):
        open_network(saved(tmp_path, b"TFL3", "net.tflite"), GivenNetwork(**SAMPLES))


@pytest.mark.parametrize("mel", ["htk", "slaney"])
def test_bands_by_numbers_are_librosas(mel):
    x = np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    said = MelNumbers(
        frame=400, hop=160, fft_size=512, bands=40, low_hz=50, high_hz=7000, mel=mel, has_unit_area=True,
        log="decibels",
    )  # fmt: skip
    # A frame at the start of its FFT.
    window = np.pad(np.hanning(401)[:-1], (0, 112))
    # Frames by hand: librosa's own would compile for half a minute.
    spectrum = np.abs(np.fft.rfft(sliding_window_view(x, 512)[::160] * window)).T
    bank = librosa.filters.mel(sr=16000, n_fft=512, n_mels=40, fmin=50, fmax=7000, htk=mel == "htk", norm="slaney")
    expected = 10 * np.log10(np.maximum(bank @ spectrum**2, 1e-10))
    found = mel_levels(x, 16000, said)[:, : expected.shape[1]]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_int8_values_are_scaled_both_ways():
    detail = {"quantization": (0.5, -3), "dtype": np.int8}
    x = np.float32([0, 1, 100, -100])
    stored = given_files._quantised(x, detail)
    assert stored.tolist() == [-3, -1, 127, -128]
    np.testing.assert_array_equal(given_files._as_float(stored, detail), [0, 1, 65, -62.5])
    assert math.isclose(float(given_files._as_float(np.float32([2.5]), {"quantization": (0.0, 0)})[0]), 2.5)
