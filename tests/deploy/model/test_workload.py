import numpy as np
import pytest
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.model.package import write_package
from lowsr_tradeoff.deploy.model.workload import workload
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.learning.mel import lay_out


def test_a_network_by_name_answers_and_is_counted():
    infer, cost = workload("cp_mobile")
    assert infer().shape == (1, 50)
    assert (cost.rate_hz, cost.window_s) == (16000, 5.0)
    assert sum(cost.macs.values()) > 0


def test_a_model_folder_runs_at_its_own_cost(tmp_path):
    packaged = package()
    write_package(tmp_path, packaged)
    infer, cost = workload(str(tmp_path))
    assert infer().shape == (1, 2)
    assert cost == packaged.settings.cost


def onnx_file(path, told):
    """A network that hands its image on, and says what it was told to say of itself."""
    onnx = pytest.importorskip("onnx")
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("log_mel", "scores")
    ]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Flatten", ["log_mel"], ["scores"])], "g", ends[:1], ends[1:]
    )
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    onnx.helper.set_model_props(made, told)
    path.write_bytes(made.SerializeToString())
    return str(path)


def test_an_export_runs_at_the_cost_of_the_network_it_is_of(tmp_path):
    own = package().settings
    infer, cost = workload(onnx_file(tmp_path / "a.onnx", {"lowsr_tradeoff": own.model_dump_json()}))
    assert np.shape(infer()) == (1, np.prod(lay_out(1000, "native", 0.5).image))
    assert cost == own.cost


@pytest.mark.parametrize(
    ("name", "content", "error", "told"),
    [
        ("absent", None, ConfigError, "one of small_vgg"),
        ("absent.onnx", None, MissingResourceError, "check the path"),
        ("broken.onnx", b"not a network", DataError, "export it again"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path, name, content, error, told):
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=told):
        workload(str(tmp_path / name))


@pytest.mark.parametrize("told", [{}, {"lowsr_tradeoff": "no json"}, {"lowsr_tradeoff": "{}"}])
def test_a_network_from_elsewhere_is_refused(tmp_path, told):
    with pytest.raises(DataError, match="lowsr-tradeoff exported"):
        workload(onnx_file(tmp_path / "other.onnx", told))
