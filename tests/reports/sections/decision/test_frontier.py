from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.reports.plot import GREY
from lowsr_tradeoff.reports.sections.decision import frontier
from lowsr_tradeoff.reports.sections.decision.placing import deciding_points, is_on_frontier
from lowsr_tradeoff.reports.wording import hz


def dots(spec) -> dict[str, list[tuple[float, float]]]:
    """Points drawn, by marker: hollow, filled, infeasible and ring; the legend's keys are left out."""
    found: dict[str, list[tuple[float, float]]] = {}
    for trace in spec["data"]:
        kind = trace.get("name", "") if "ids" not in trace else trace["marker"]["symbol"].partition("-open")[1]
        kind = "ring" if kind in {"the answer", "closest to what is needed"} else kind
        if trace["x"] != [None]:
            found.setdefault(kind, []).extend(zip(trace["x"], trace["y"], strict=True))
    return found


def place(point) -> tuple[float, float]:
    return point.power_mw.value, point.accuracy.value


def test_frontier_points_are_filled_and_dominated_ones_hollow(tradeoff):
    drawn = dots(frontier.figure(tradeoff))
    points = deciding_points(tradeoff)
    assert sorted(drawn[""]) == sorted(place(point) for point in points if is_on_frontier(point))
    assert sorted(drawn["-open"]) == sorted(place(point) for point in points if point.dominated_by)


def test_infeasible_points_with_figures_are_grey_and_the_reason_is_in_the_caption(tradeoff):
    points = tuple(
        point.model_copy(update={"infeasible": ("too slow",)})
        if point.point_id == "4000-shared-cssd-stm32u575"
        else point
        for point in tradeoff.points
    )
    changed = tradeoff.model_copy(update={"points": points})
    spec = frontier.figure(changed)
    (slow,) = (point for point in points if point.infeasible == ("too slow",))
    assert dots(spec)["infeasible"] == [(frontier.LANE, slow.accuracy.value)]
    assert slow.point_id not in {name for trace in spec["data"] for name in trace.get("ids", ())}
    assert "4 kHz, shared features: too slow" in frontier.caption(changed)


def test_the_recommended_point_is_ringed_and_bounds_are_dashed(build):
    tradeoff = build(constraints=QUALIFIES)
    spec = frontier.figure(tradeoff)
    (recommended,) = (point for point in tradeoff.points if point.point_id == tradeoff.decision.recommended)
    assert dots(spec)["ring"] == [place(recommended)]
    assert [shape["y0"] for shape in spec["layout"]["shapes"]] == [0.6]


def test_no_constraint_no_ring_no_bound(tradeoff):
    spec = frontier.figure(tradeoff)
    assert "ring" not in dots(spec)
    assert spec["layout"]["shapes"] == []


def test_axes_say_which_way_is_better(tradeoff):
    layout = frontier.figure(tradeoff)["layout"]
    assert "better" in layout["xaxis"]["title"]["text"]
    assert "(higher is better)" in layout["yaxis"]["title"]["text"]


def test_the_legend_names_each_rate_once(tradeoff):
    shown = [trace["name"] for trace in frontier.figure(tradeoff)["data"] if trace.get("showlegend", True)]
    assert sorted(shown) == sorted(set(shown))
    assert len(shown) == 5


def test_markers_grow_with_the_words_recovered_and_are_grey_where_limits_are_missed(build):
    tradeoff = build(constraints=QUALIFIES)
    points = {point.point_id: point for point in deciding_points(tradeoff)}
    drawn = [
        (points[name], size, colour)
        for trace in frontier.figure(tradeoff)["data"] if "ids" in trace
        for name, size, colour in zip(
            trace["ids"], trace["marker"]["size"], trace["marker"]["color"], strict=True
        )
    ]  # fmt: skip
    assert len(drawn) == len(points)
    by_words = sorted(drawn, key=lambda each: each[0].word_recovery.value)
    assert [size for _, size, _ in by_words] == sorted(size for _, size, _ in drawn)
    assert all((colour == GREY) == bool(point.fails) for point, _, colour in drawn)


def test_of_many_rates_the_legend_names_those_on_the_frontier(tradeoff, monkeypatch):
    monkeypatch.setattr(frontier, "MOST_KEYS", 1)
    named = {trace["name"] for trace in frontier.figure(tradeoff)["data"] if trace.get("showlegend", True)}
    assert named == {hz(point.rate_hz) for point in deciding_points(tradeoff) if is_on_frontier(point)}


def test_ticks_of_power_are_written_out_and_span_every_device(tradeoff):
    ticks = frontier.figure(tradeoff)["layout"]["xaxis"]
    assert [float(words) for words in ticks["ticktext"]] == ticks["tickvals"]
    ends = [end for point in tradeoff.points for end in (point.power_mw.low, point.power_mw.high) if end]
    assert ticks["tickvals"][0] <= min(ends)
    assert max(ends) <= 10 / 7 * ticks["tickvals"][-1]


def test_the_frontier_is_counted(tradeoff):
    points = deciding_points(tradeoff)
    n = sum(map(is_on_frontier, points))
    assert frontier.caption(tradeoff).startswith(f"{n} of {len(points)} operating points on stm32u575 are on the")
