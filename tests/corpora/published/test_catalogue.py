import pytest

from lowsr_tradeoff.corpora.published.catalogue import downloads, find_download
from lowsr_tradeoff.errors import ConfigError


def test_what_is_shipped_names_publisher_and_licence():
    assert set(downloads()) == {
        "cnn14-16k", "resnet38", "mobilenetv2", "yamnet", "yamnet-256", "esc50", "tau2019-mobile",
    }  # fmt: skip
    for download in downloads().values():
        assert all(download.address_of(file).startswith("https://") for file in download.files)
        assert download.licence
        assert download.source


def test_an_unknown_name_gives_the_nearest():
    with pytest.raises(ConfigError, match="did you mean mobilenetv2"):
        find_download("mobilenet")
    with pytest.raises(ConfigError, match="there are cnn14-16k, resnet38"):
        find_download("zzz")
