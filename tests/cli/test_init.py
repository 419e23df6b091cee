"""The first command of a user: a file to change, and no file of theirs lost."""

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


def test_it_writes_settings_and_never_over_a_file_unless_told(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments, code in (
        (["init"], 0),
        (["init"], 2),
        (["init", "--force"], 0),
        (["init", "other.toml"], 0),
    ):
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        assert left.value.code == code, arguments
    assert load_config(tmp_path / "study.toml") == load_config(tmp_path / "other.toml") == StudyConfig()
    out, err = capsys.readouterr()
    assert "lowsr-tradeoff --config other.toml" in out
    assert "study.toml: is there already; name another file, or write over it with --force" in err
