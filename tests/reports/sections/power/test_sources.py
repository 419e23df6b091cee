from lowsr_tradeoff.power.profiles.describe import sheet
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.reports.sections.power import sources


def test_every_source_of_every_device_is_told(tradeoff):
    rows = sources.table(tradeoff).rows
    for device in {result.device for result in tradeoff.power.results}:
        told = [row[1:] for row in rows if row[0] == device]
        figures = sheet(load_device(device)).figures
        assert told == [(f.parameter, f.text, f.basis, f.source) for f in figures]
