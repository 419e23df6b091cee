import plotly.graph_objects as go
from tests.replaced import replaced

from lowsr_tradeoff.reports.sections.recognition import choices
from lowsr_tradeoff.reports.wording import percent


def test_every_pair_is_a_cell_of_its_own_map(tradeoff):
    figure = choices.figure(tradeoff)
    assert len(go.Figure(figure).data) == 4
    cells = [value for trace in figure["data"] for row in trace["z"] for value in row]
    assert sorted(cells) == sorted(one.accuracy.value for one in tradeoff.recognition.sensitivity)
    first, trace = tradeoff.recognition.sensitivity[0], figure["data"][0]
    row, column = trace["y"].index(f"{first.alpha:g}"), trace["x"].index(f"{first.temperature:g}")
    assert trace["z"][row][column] == first.accuracy.value


def test_the_cells_say_how_often_a_pair_was_chosen(tradeoff):
    trace = choices.figure(tradeoff)["data"][0]
    assert trace["text"][0][trace["x"].index("4")].endswith("%<br>chosen 3×")
    assert sum("chosen" in cell for row in trace["text"] for cell in row) == 2


def test_maps_do_not_overlap(tradeoff):
    layout = choices.figure(tradeoff)["layout"]
    across = [tuple(layout[f"xaxis{n}"]["domain"]) for n in ("", 2, 3, 4)]
    down = [tuple(layout[f"yaxis{n}"]["domain"]) for n in ("", 2, 3, 4)]
    assert len(set(zip(across, down, strict=True))) == 4
    assert across[0][1] < across[1][0]
    assert down[2][1] < down[0][0]
    assert all(0 <= low < high <= 1 for low, high in (*across, *down))


def test_the_best_pair_of_each_map_is_named(tradeoff):
    panel = [one for one in tradeoff.recognition.sensitivity if (one.rate_hz, one.arm) == (500, "cssd")]
    best = max(panel, key=lambda one: one.accuracy.value)
    worst = min(panel, key=lambda one: one.accuracy.value)
    apart = 100 * (best.accuracy.value - worst.accuracy.value)
    assert (
        f"500 Hz, CSSD, shared: best alpha {best.alpha:g}, T {best.temperature:g} ({percent(best.accuracy).brief}),"
        f" {apart:.1f} points above the worst"
    ) in choices.caption(tradeoff)


def test_maps_whose_best_and_worst_pair_overlap_are_counted(tradeoff):
    def said(spread: float) -> str:
        changed = tuple(
            replaced(
                one, {"accuracy.low": one.accuracy.value - spread, "accuracy.high": one.accuracy.value + spread}
            )
            for one in tradeoff.recognition.sensitivity
        )
        return choices.caption(replaced(tradeoff, {"recognition.sensitivity": changed}))

    assert "overlap in 0 of 4 maps" in said(0.001)
    assert "overlap in 4 of 4 maps" in said(0.5)


def test_where_nothing_was_chosen_nothing_is_shown(tradeoff):
    assert list(choices.entries(replaced(tradeoff, {"recognition.sensitivity": ()}))) == []
    assert len(list(choices.entries(tradeoff))) == 1
