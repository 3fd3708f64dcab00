"""`python -m crm_cli` and the console entry: of so short a life, what only tidies up behind it is left out."""

import gc

gc.disable()

import atexit  # noqa: E402
import os  # noqa: E402

from crm_cli import output  # noqa: E402
from crm_cli.cli import run  # noqa: E402


def main() -> None:
    """Run the command line of this process, and end it.

    Whatever has to be closed is closed by then. Taking two hundred modules apart again, object by object, would take
    a twentieth of the time of a list.
    """
    gc.freeze()
    code = run()
    atexit._run_exitfuncs()  # noqa: SLF001 - a usual end runs them, too
    output.finish()
    os._exit(code)


if __name__ == "__main__":
    main()
