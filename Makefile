# Every way to run this project: `make demo` first, `make test` before a commit. Any Python from 3.11 on: make demo PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo setup dev test lint docs site pictures benchmark constraints clean

demo: setup ## set up and print the report of CrossEntropyLoss
	@$(BIN)/inspect-loss CrossEntropyLoss

setup: ## what the program needs, in .venv
	@$(PYTHON) tools/setup.py && $(PYTHON) tools/vendor.py

dev: ## and what its tests need
	@$(PYTHON) tools/setup.py --dev && $(PYTHON) tools/vendor.py

test: dev ## all tests, the lint and type checks among them; make test ARGS="-k reading"
	@$(BIN)/python -m pytest $(ARGS)

lint: dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

docs: dev ## the pages made from the code: docs/generated/
	@$(BIN)/python -m tools.make_docs

pictures: dev ## the terminal pictures in docs/images/, from the real command
	@$(BIN)/python -m tools.make_pictures

site: docs ## the hand-written documentation as a site, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

benchmark: dev ## DESIGN's budgets, as a table
	@$(BIN)/python -m benchmarks.run $(ARGS)

constraints: dev ## write constraints.txt from what is installed
	@$(BIN)/python tools/setup.py --write-constraints

clean:
	rm -rf $(VENV) site build dist docs/generated .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
