"""Random sequences of commands are undone to the store before and redone to that after, row by row."""

from pathlib import Path

import undoing


def test_sequences_are_undone_and_redone_exactly(store: Path) -> None:
    undoing.play(sequences=4, steps=5)
    assert not store.exists()
