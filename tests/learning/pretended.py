"""A GPU without values: torch's meta device, on which whole trainings run, and which misses no forgotten tensor."""

from itertools import chain

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

META = torch.device("meta")
aten = torch.ops.aten
# The second in inference mode, where it is not taken apart.
LEAVING = (aten._to_copy, aten.to)


class PretendedGpu(TorchDispatchMode):
    """What leaves the meta device is zeros, and one operation on tensors of two devices is an error.

    As on a GPU, an index or a single number may come from the CPU.

    Attributes:
        n_there: Operations that were done there.
    """

    def __init__(self):
        super().__init__()
        self.n_there = 0

    @classmethod
    def _should_skip_dynamo(cls):
        """Skipping torch's compiler would import it, which takes seconds."""
        return False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        lists = [arg for arg in args if isinstance(arg, (list, tuple))]
        alone = [arg for arg in args if isinstance(arg, Tensor)]
        listed = [each for each in chain(*lists) if isinstance(each, Tensor)]
        is_leaving = func.overloadpacket in LEAVING and torch.device("cpu") in (*args, *kwargs.values())
        if is_leaving and alone[0].is_meta:
            return torch.zeros_like(alone[0], device="cpu")
        together = [each for each in alone if each.dim()] + (listed if func is not aten.index.Tensor else [])
        devices = {each.device for each in together}
        if len(devices) > 1:
            raise RuntimeError(f"{func}: tensors on {' and '.join(sorted(map(str, devices)))}")
        self.n_there += META in devices
        if func is aten._local_scalar_dense.default and alone[0].is_meta:
            return 0.0
        return func(*args, **kwargs)
