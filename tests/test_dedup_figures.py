"""How well duplicates are found in files whose true pairs are known."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "dedup.py"
DATA = Path(__file__).parents[2] / "shared" / "data" / "dedup"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = spec_from_file_location("dedup_benchmark", BENCHMARK)
    assert spec
    assert spec.loader
    made = module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.mark.skipif(not DATA.exists(), reason="needs the labelled files of shared/data/dedup")
@pytest.mark.parametrize(
    ("name", "true", "recall"),
    [
        ("febrl 1", 500, 0.95),
        ("febrl 2", 1_934, 0.95),
        ("fake_1000", 2_031, 0.60),
        ("restaurants", 112, 0.70),
    ],
)
def test_duplicates_are_found_and_nothing_else(
    name: str, true: int, recall: float, benchmark: ModuleType, store: Path, tmp_path: Path
) -> None:
    assert not store.exists()
    known = benchmark.SETS[name]
    assert len(benchmark.true_pairs(known, benchmark.rows(known))) == true
    precise, found = benchmark.measure(name, tmp_path)
    assert precise >= 0.99
    assert found >= recall
