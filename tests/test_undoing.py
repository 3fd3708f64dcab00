"""Random sequences of commands are undone to the exports before and redone to those after, byte for byte."""

from pathlib import Path

import undoing


def test_sequences_are_undone_and_redone_exactly(store: Path) -> None:
    undoing.play(sequences=4, steps=5)
    assert not store.exists()
