"""Commands on power alone."""

from lowsr_tradeoff.cli.app import app


@app.command
def devices(name: str | None = None, /) -> None:
    """List the device profiles, or show one with the source of every value.

    Args:
        name: A profile's name or a TOML path.
    """
    from lowsr_tradeoff.power.describe import describe
    from lowsr_tradeoff.power.devices import list_devices

    print("\n".join(list_devices()) if name is None else describe(name))
