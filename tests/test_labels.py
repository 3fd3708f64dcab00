"""What others labelled: valid e-mail addresses, numbers of every region, Persian names on Arabic keyboards."""

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "labels.py"


@pytest.fixture(scope="module")
def labels() -> Iterator[ModuleType]:
    """The benchmark that compares us with labels."""
    spec = importlib.util.spec_from_file_location("labels", BENCHMARK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["labels"] = module
    spec.loader.exec_module(module)
    if not module.DATA.exists():
        pytest.skip("needs ../shared/data")
    yield module
    del sys.modules["labels"]


def test_every_difference_from_the_labels_of_isemail_has_its_reason(labels: ModuleType) -> None:
    told = list(labels.addresses())
    assert len(told) == 164
    reasons = Counter(each.why for each in told if each.label != each.ours)
    assert reasons == {labels.TRIMMED: 24, labels.NO_DOT: 1}


def test_numbers_of_every_region_agree_with_libphonenumber(labels: ModuleType) -> None:
    told = list(labels.numbers())
    assert len(told) == 2 * 673
    assert [each for each in told if each.label != each.ours] == []


def test_folding_doubles_the_persian_names_that_match(labels: ModuleType) -> None:
    """Against armanyazdi's 666 first names: nabidam's 4,055 as typed, then folded."""
    assert labels.names() == {"whole": (273, 567), "first word": (415, 881), "any word": (541, 1077)}
