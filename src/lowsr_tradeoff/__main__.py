"""``python -m lowsr_tradeoff``: the same as the command ``lowsr-tradeoff``."""

from lowsr_tradeoff.cli.main import main

if __name__ == "__main__":
    main()
