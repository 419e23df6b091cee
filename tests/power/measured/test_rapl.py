import pytest

from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.power.measured.rapl import energy_between_uj, package_zones, read_uj


def write_zone(root, folder, name, energy_uj=0, range_uj=1000):
    zone = root / folder
    zone.mkdir(parents=True)
    for file, value in {"name": name, "energy_uj": energy_uj, "max_energy_range_uj": range_uj}.items():
        (zone / file).write_text(f"{value}\n")
    return zone


def test_packages_are_read_and_what_overlaps_them_is_not(tmp_path):
    write_zone(tmp_path, "intel-rapl:0", "package-0", 5)
    write_zone(tmp_path, "intel-rapl:0:0", "core", 3)
    write_zone(tmp_path, "intel-rapl:1", "package-1", 7)
    write_zone(tmp_path, "intel-rapl:2", "psys", 20)
    zones = package_zones(tmp_path)
    assert [zone.name for zone in zones] == ["package-0", "package-1"]
    assert read_uj(zones) == (5, 7)


def test_each_counter_may_start_again(tmp_path):
    write_zone(tmp_path, "intel-rapl:0", "package-0", range_uj=1000)
    write_zone(tmp_path, "intel-rapl:1", "package-1", range_uj=500)
    zones = package_zones(tmp_path)
    assert energy_between_uj(zones, (100, 100), (300, 400)) == 200 + 300
    assert energy_between_uj(zones, (900, 450), (100, 50)) == 200 + 100


def test_no_counter_says_so_and_what_to_do(tmp_path):
    with pytest.raises(MissingResourceError, match=r"no counter.*--trace"):
        package_zones(tmp_path / "absent")


def test_a_counter_that_may_not_be_read_says_how(tmp_path, monkeypatch):
    zone = write_zone(tmp_path, "intel-rapl:0", "package-0")
    read = type(zone).read_text

    def refuse(self, *args, **kwargs):
        if self.name == "energy_uj":
            raise PermissionError(13, "Permission denied")
        return read(self, *args, **kwargs)

    monkeypatch.setattr(type(zone), "read_text", refuse)
    with pytest.raises(MissingResourceError, match=r"sudo chmod o\+r .*energy_uj"):
        package_zones(tmp_path)
