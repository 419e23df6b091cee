import json

import pytest

from lowsr_tradeoff.cli.main import main


def command(*arguments):
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    return exit_.value.code


def test_a_pack_is_answered_and_scored(tmp_path, capsys):
    out = tmp_path / "test"
    assert command("listening-pack", "--rates", "500", "--n-clips", 2, "--out", out, "--contact", "Ada") == 0
    said = capsys.readouterr()
    assert said.out == f"{out}\n"
    assert "keep it to yourself" in said.err
    key = json.loads((out / "key.json").read_text())
    answers = [{"clip": clip["clip"], "plays": 1, "text": clip["text"]} for clip in key["clips"]]
    sheet = {"pack": key["pack"], "form": 1, "listener": "x", "consent": True, "answers": answers}
    (tmp_path / "x.json").write_text(json.dumps(sheet))
    assert command("listening-score", out, tmp_path / "x.json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines[0].startswith("   500 Hz  word recovery: 100.0 % [")
    assert command("listening-score", out, tmp_path / "x.json", "--json") == 0
    results = json.loads(capsys.readouterr().out)
    assert {result["rate_hz"] for result in results} == {500, 16000}
    assert {result["attacker"] for result in results} == {"people listening"}


def test_what_cannot_be_used_is_said_with_its_exit_code(tmp_path, capsys):
    assert command("listening-pack", "--rates", "500", "--n-clips", 1, "--out", tmp_path / "t") == 2
    assert "too few for 2 rates" in capsys.readouterr().err
    assert command("listening-score", tmp_path, tmp_path / "x.json") == 3
    assert "x.json: cannot be read" in capsys.readouterr().err
