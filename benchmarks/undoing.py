"""Undoes and redoes random sequences of commands, as the tests do, but more and longer ones.

`undoing.py [SEQUENCES [STEPS]]`, 1,000 sequences of up to 12 steps where nothing is said.
"""

import sys
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from undoing import play


def main() -> None:
    """Make the sequences and say how many they were."""
    sequences, steps = [int(each) for each in sys.argv[1:3]] + [1_000, 12][len(sys.argv[1:3]) :]
    began = monotonic()
    play(sequences, steps)
    print(f"{sequences:,} sequences undone and redone exactly in {monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
