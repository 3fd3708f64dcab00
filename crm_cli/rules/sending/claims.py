"""Who is sending: a stamp of this process, and whether the process of another stamp still lives.

A process killed while it sends leaves its stamp on the message. Whoever sends next tells by it that nobody is
about to finish that message, without taking one out of the hands of a process that is.
"""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path


def stamp() -> str:
    """The mark of this process: its host, its number, and when it began where the system tells."""
    return f"{socket.gethostname()} {os.getpid()} {_began(os.getpid())}"


def is_alive(mark: str | None) -> bool:
    """Whether the process of a stamp may still be sending; one on another host is taken to be."""
    host, _, rest = (mark or "").partition(" ")
    number, _, began = rest.partition(" ")
    if host != socket.gethostname():
        return bool(host)
    return number.isdigit() and _runs(int(number)) and began == _began(int(number))


def _began(process: int) -> str:
    """When a process began, in the system's own count, so that a number given again is told apart."""
    with suppress(OSError, IndexError):
        return (
            Path(f"/proc/{process}/stat")
            .read_text(encoding="ascii", errors="replace")
            .rpartition(")")[2]
            .split()[19]
        )
    return "-"


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        known = ctypes.windll.kernel32.OpenProcess(0x1000, 0, process)  # PROCESS_QUERY_LIMITED_INFORMATION
        if known:
            ctypes.windll.kernel32.CloseHandle(known)
        return bool(known)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
