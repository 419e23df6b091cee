"""A listening test from the command line: handed out, answered, scored."""

import json


def test_a_pack_is_answered_and_scored(call, tmp_path):
    out = tmp_path / "test"
    code, printed, err = call("listening-pack", "--rates", 500, "--n-clips", 2, "--out", out, "--contact", "Ada")
    assert (code, printed) == (0, f"{out}\n")
    assert "keep it to yourself" in err
    key = json.loads((out / "key.json").read_text())
    answers = [{"clip": clip["clip"], "plays": 1, "text": clip["text"]} for clip in key["clips"]]
    sheet = {"pack": key["pack"], "form": 1, "listener": "x", "consent": True, "answers": answers}
    (tmp_path / "x.json").write_text(json.dumps(sheet))
    code, printed, _ = call("listening-score", out, tmp_path / "x.json")
    lines = printed.splitlines()
    assert (code, len(lines)) == (0, 8)
    assert lines[0].startswith("   500 Hz  word recovery: 100.0 % [")
    code, printed, _ = call("listening-score", out, tmp_path / "x.json", "--json")
    results = json.loads(printed)
    assert code == 0
    assert {result["rate_hz"] for result in results} == {500, 16000}
    assert {result["attacker"] for result in results} == {"people listening"}


def test_what_cannot_be_used_is_said_with_its_exit_code(call, tmp_path):
    code, _, err = call("listening-pack", "--rates", "500", "--n-clips", 1, "--out", tmp_path / "t")
    assert code == 2
    assert "too few for 2 rates" in err
    code, _, err = call("listening-score", tmp_path, tmp_path / "x.json")
    assert code == 3
    assert "x.json: cannot be read" in err
