"""`python -m crm_cli` and the console entry; the garbage collector only costs time in so short a life."""

import gc

gc.disable()

import sys  # noqa: E402

from crm_cli.cli import run  # noqa: E402


def main() -> None:
    """Run the command line of this process."""
    gc.freeze()
    sys.exit(run())


if __name__ == "__main__":
    main()
