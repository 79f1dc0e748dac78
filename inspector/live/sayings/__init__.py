"""What docstrings say, statement by statement: examples, arguments, shapes, ranges and formulas, each held against what happens."""
