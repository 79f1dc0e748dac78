"""What torch's own lists, headers and Python code say of the operators below Python. Reads text, by rule; no operator is known by name."""
