"""Fetching from the command line: what is listed, printed and refused."""

import hashlib
import sys
import urllib.request

import pytest


def test_the_list_names_everything_with_its_licence(call):
    code, out, _ = call("fetch")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "cnn14-16k", "resnet38", "mobilenetv2", "yamnet", "yamnet-256", "esc50", "tau2019-mobile",
    ]  # fmt: skip
    assert "CC BY-NC 3.0" in out


def test_an_unknown_name_is_told_with_one_that_is_near(call):
    code, out, err = call("fetch", "esc-50")
    assert (code, out) == (2, "")
    assert "did you mean esc50?" in err


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_file_put_there_by_hand_needs_no_network(call, tmp_path, monkeypatch, is_terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    (tmp_path / "MobileNetV2_mAP=0.383.pth").write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    code, out, err = call("fetch", "mobilenetv2", "--to", tmp_path, "--sha256", sha256)
    assert code == 0
    assert out == f"{tmp_path / 'MobileNetV2_mAP=0.383.pth'}\n"
    assert "Kong et al." in err
    assert "CC BY 4.0" in err
    assert f"sha256:{sha256}, equal to the hash you gave" in err


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_without_a_network_one_clear_error(call, tmp_path, monkeypatch):
    monkeypatch.setattr(urllib.request, "_opener", None)  # the library keeps the first opener with its proxies
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    code, out, err = call("fetch", "esc50", "--to", tmp_path)
    assert (code, out) == (3, "")
    assert "https://github.com/karolpiczak/ESC-50/archive/" in err
    assert f"put the file at {tmp_path / 'ESC-50.zip'}" in err
    assert "Traceback" not in err
