# Thin names for what is done often; README.md says how `.venv` is made.
PYTHON = .venv/bin/python

.PHONY: test lint bench docs

test:
	.venv/bin/pytest -n 2

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench:
	$(PYTHON) benchmarks/bench.py

docs:
	$(PYTHON) docs/make_reference.py
	$(PYTHON) docs/make_picture.py
