# Every way to run this project: `make demo` first, `make test` before a commit. Any Python from 3.11 on: make demo PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo setup dev test lint docs site pictures screenshots benchmark constraints clean

demo: setup ## set up, print the report of CrossEntropyLoss, and make the pages of every loss
	@$(BIN)/inspect-loss CrossEntropyLoss
	@$(BIN)/inspect-loss pages --history

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

screenshots: dev ## the pictures of the site in README.md, from inspect-loss-pages/
	@$(BIN)/python -m tools.make_screenshots

site: docs ## the hand-written documentation as a site, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

benchmark: dev ## DESIGN's budgets, as a table
	@$(BIN)/python -m benchmarks.run $(ARGS)

constraints: dev ## write constraints.txt from what is installed
	@$(BIN)/python tools/setup.py --write-constraints

clean:
	rm -rf $(VENV) site build dist docs/generated .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
