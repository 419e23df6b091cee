import ast
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pandas as pd
import plotly.graph_objects as go
import pytest

import lowsr_tradeoff
from lowsr_tradeoff import frames, load_run
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.notebook import table
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.decision import OperatingPoint

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"


def shown_by(cells: list[str]) -> list[object]:
    """What each cell shows: the value of its last expression, as a notebook takes it."""
    names: dict[str, object] = {}
    shown = []
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None)
    return shown


@pytest.fixture(scope="module")
def notebook(small_study, small_run, tmp_path_factory):
    """The folder of the worked example, and what its cells show. The run is there already, as the text says."""
    folder = tmp_path_factory.mktemp("notebook") / "study"
    copytree(small_study.parent, folder)
    copytree(small_run[0] / "steps", folder / "lowsr-run" / "steps")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, shown_by(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))


def test_the_worked_example_shows_what_it_says(notebook, small_run):
    _, (_, decision, answer, points, recalls, words, certainty, frontier, speech) = notebook
    tradeoff = small_run[1].tradeoff
    assert decision == tradeoff.decision
    assert set(answer) <= {500, 1000, 16000}
    assert len(points) == 10
    assert points.power_mw.is_monotonic_increasing
    assert list(recalls.columns) == [500, 1000]
    assert set(recalls.index) == {"low", "high"}
    assert set(words.rate_hz) == {500, 1000, 16000}
    assert 0.5 < certainty <= 1
    assert all(isinstance(drawing, go.Figure) for drawing in (frontier, speech))
    assert "average power" in frontier.layout.xaxis.title.text
    assert "recovered" in speech.layout.yaxis.title.text


def test_it_leaves_the_files_of_the_command_line(notebook):
    folder, _ = notebook
    assert (folder / "frontier.html").exists()
    assert {"report.html", "decision.md", "tradeoff.json", "results.parquet"} <= {
        file.name for file in (folder / "lowsr-run").iterdir()
    }


def test_a_loaded_run_is_the_one_that_ran(notebook, small_run):
    run = load_run(str(notebook[0] / "lowsr-run"))
    first = small_run[1]
    # The copy of the corpora lies elsewhere, which the settings say.
    assert run.tradeoff == first.tradeoff.model_copy(update={"settings": run.tradeoff.settings})
    assert run.listen == first.listen
    with pytest.raises(DataError, match="folder of a finished run"):
        load_run(notebook[0])


def test_frames_hold_every_point_and_stage(small_run):
    run = small_run[1]
    found = frames(run)
    assert {"points", "classify", "privacy", "attack", "power", "frontier"} <= set(found)
    assert all(isinstance(frame, pd.DataFrame) for frame in found.values())
    points = found["points"].set_index("point_id")
    for point in run.tradeoff.points:
        row = points.loc[point.point_id]
        assert (row.accuracy, row.accuracy_low, row.p_meets) == (
            point.accuracy.value, point.accuracy.low, point.p_meets,
        )  # fmt: skip
    assert "device" not in found["privacy"].columns


def test_every_figure_of_a_frame_is_a_number_even_where_none_is_known(small_run):
    unknown = {"accuracy": missing("no fold was left", "clips"), "p_meets": None, "p_frontier": None}
    run = small_run[1]
    points = tuple(point.model_copy(update=unknown) for point in run.tradeoff.points)
    found = frames(run.model_copy(update={"tradeoff": run.tradeoff.model_copy(update={"points": points})}))
    figures_of = [name for name, kind in OperatingPoint.model_fields.items() if kind.annotation is Measurement]
    columns = [f"{name}{end}" for name in figures_of for end in ("", "_low", "_high")] + ["p_meets", "p_frontier"]
    assert set(found["points"][columns].dtypes.astype(str)) == {"float64"}
    for name, frame in found.items():
        if name != "points":
            assert {str(frame[column].dtype) for column in ("value", "low", "high") if column in frame} == {
                "float64"
            }


def test_a_run_is_one_line_and_its_table_has_a_row_a_rate(small_run):
    run = small_run[1]
    assert re.fullmatch(
        r"<Run: 500, 1000, 16000 Hz; 12 clips of events, 2 clips of speech; on stm32u575: .*>", repr(run)
    )
    assert "\n" not in repr(run.tradeoff)
    assert repr(run.tradeoff).startswith("<Tradeoff: ")
    shown = table(run)
    assert shown.count("<tr>") == 1 + 3
    assert [rate for rate in ("500 Hz", "1000 Hz", "16000 Hz") if f"<td>{rate}</td>" in shown] != []
    assert "limits</th>" in shown
    labelled = run.tradeoff.model_copy(
        update={"decision": run.tradeoff.decision.model_copy(update={"device": "<b>"})}
    )
    assert "<b>" not in table(run.model_copy(update={"tradeoff": labelled}))


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_real_kernel_runs_the_worked_example_and_shows_runs_frames_and_drawings(small_study, small_run, tmp_path):
    import nbclient
    import nbformat

    folder = tmp_path / "study"
    copytree(small_study.parent, folder)
    copytree(small_run[0] / "steps", folder / "lowsr-run" / "steps")
    cells = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (*cells, "run")])
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [{kind for out in cell.outputs for kind in out.get("data", {})} for cell in notebook.cells]
    assert sum("application/vnd.plotly.v1+json" in kinds for kinds in shown) == 2
    assert {"text/html", "text/plain"} <= shown[-1]
    (last,) = notebook.cells[-1].outputs
    assert last["data"]["text/html"].startswith("<table>")
    assert last["data"]["text/plain"].startswith("<Run: 500, 1000, 16000 Hz;")


def test_every_feasible_point_of_a_run_has_its_probabilities(small_run):
    points = small_run[1].tradeoff.points
    assert all((point.p_frontier is None) == bool(point.infeasible) for point in points)
    assert all(point.p_meets is not None for point in points)


def test_the_package_itself_loads_nothing_and_names_all():
    code = "import sys, lowsr_tradeoff; print([m for m in sys.modules if m.startswith(('lowsr', 'numpy'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['lowsr_tradeoff']"
    assert all(hasattr(lowsr_tradeoff, name) for name in lowsr_tradeoff.__all__)
    assert set(lowsr_tradeoff.__all__) < set(dir(lowsr_tradeoff))
    with pytest.raises(AttributeError, match="no attribute 'run'"):
        lowsr_tradeoff.run  # noqa: B018
