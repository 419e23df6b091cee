"""A network of the user's own: a class of torch, made into a :class:`Recogniser` without a change to it.

What is asked of a class stands in ``docs/bring-your-own-network.md``. What its head reads and what its parts give
is noted while it runs, so that every arm can use them.
"""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

from lowsr_tradeoff.errors import ConfigError, did_you_mean
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.records.network import OwnNetwork
from lowsr_tradeoff.runner.own_code import code_of_module, imported

HEAD, BLOCKS = "head", "blocks"


class OwnRecogniser(Recogniser):
    """A module of the user's behind the interface of the networks here.

    Its head is the layer that it calls ``head``, or its last linear layer with an output per class.

    Raises:
        ConfigError: There is no such layer, or one without a bias.
    """

    # Views of a module's own may not fit channels last.
    memory_format = torch.contiguous_format

    def __init__(self, module: nn.Module, n_classes: int) -> None:
        super().__init__()
        self.module = module
        self.head_name = _head_of(module, n_classes)

    @property
    def head(self) -> nn.Linear:  # type: ignore[override] # of the module, whose state names it once
        """The module's own head."""
        return cast("nn.Linear", self.module.get_submodule(self.head_name))

    @property
    def blocks(self) -> nn.Module:
        """The module's own blocks, of which ``adapt = "last:2"`` trains the last two."""
        return self.module.get_submodule(BLOCKS)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps that the module's children give, and the embedding as maps of one place."""
        noted: list[Tensor] = []
        read: list[Tensor] = []
        hooks = [
            child.register_forward_hook(lambda _module, _inputs, output: noted.append(output))
            for child in self.module.children()
        ]
        hooks.append(self.head.register_forward_pre_hook(lambda _module, inputs: read.append(inputs[0])))
        try:
            self.module(images)
        finally:
            for hook in hooks:
                hook.remove()
        if len(read) != 1 or read[0].ndim != 2:
            raise ConfigError(f"its head, {self.head_name}, is to be called once, on one row of values per image")
        return (*(maps for maps in noted if _is_maps(maps)), read[0][:, :, None, None])

    def summarise(self, last: Tensor) -> Tensor:
        """Return the embedding. Shape ``(n, d, 1, 1)`` → ``(n, d)``."""
        return last.flatten(1)

    def forward(self, images: Tensor) -> Tensor:
        """Return class scores. Shape ``(n, 1, bands, frames)`` → ``(n, n_classes)``."""
        scores: Tensor = self.module(images)
        return scores


def _is_maps(output: object) -> bool:
    return isinstance(output, Tensor) and output.ndim == 4 and output.shape[2:] != (1, 1)


def _head_of(module: nn.Module, n_classes: int) -> str:
    linear = {name: layer for name, layer in module.named_modules() if isinstance(layer, nn.Linear)}
    fitting = [name for name, layer in linear.items() if layer.out_features == n_classes]
    named = fitting[-1:] if HEAD not in linear else [HEAD]
    if not named or linear[named[0]].bias is None:
        raise ConfigError(
            f"has no nn.Linear with a bias and an output for each of {n_classes} classes, which all arms train; "
            "pool bands and frames first, then compute the scores with one"
        )
    return named[0]


def own_network(name: str) -> OwnNetwork:
    """Return a class of the user's with the hash of its code.

    Raises:
        ConfigError: There is no such module, or it is no Python.
    """
    module = name.partition(":")[0]
    try:
        return OwnNetwork(name=name, code=code_of_module(module))
    except (ConfigError, SyntaxError, ValueError) as error:
        raise ConfigError(f"{name}: {error}; check --network") from error


def own_class(network: OwnNetwork) -> type[nn.Module]:
    """Return a class of the user's, which runs its module.

    Raises:
        ConfigError: It cannot be imported, was edited since the study was planned, or is no module of torch.
    """
    module, _, attribute = network.name.partition(":")
    try:
        is_planned, found = code_of_module(module) == network.code, imported(module)
    except ConfigError as error:
        raise ConfigError(f"{network.name}: {error}") from error
    except (Exception, SystemExit) as error:  # it is the user's code
        raise ConfigError(f"{network.name}: importing {module} fails ({told(error)})") from error
    if not is_planned:
        raise ConfigError(f"{network.name}: is other code than the study was planned with; run the command again")
    made, near = getattr(found, attribute, None), did_you_mean(attribute, _classes(vars(found)))
    if made is None:
        raise ConfigError(f"{network.name}: {found.__file__} has no {attribute}; {near}")
    if not (isinstance(made, type) and issubclass(made, nn.Module)):
        raise ConfigError(f"{network.name}: is no subclass of torch.nn.Module; {near}")
    return made


def make_own(network: OwnNetwork, n_classes: int) -> OwnRecogniser:
    """Return an untrained network of the user's; its weights come from torch's own generator.

    Raises:
        ConfigError: As :func:`own_class`, or its constructor fails, or it has no head.
    """
    made = own_class(network)
    try:
        return OwnRecogniser(made(n_classes), n_classes)
    except ConfigError as error:
        raise ConfigError(f"{network.name}: {error}") from error
    except Exception as error:
        raise ConfigError(
            f"{network.name}: its constructor fails when given the number of classes, {n_classes} ({told(error)})"
        ) from error


def told(error: BaseException) -> str:
    """Return an error of the user's code in one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _classes(names: dict[str, object]) -> Iterable[str]:
    """The classes of networks that a module names."""
    return [name for name, each in names.items() if isinstance(each, type) and issubclass(each, nn.Module)]
