"""What torch's text says: finders, an index, and the call and construction traces; libcst lives here, torch never.

In: source text and a configuration. Out: records of what was read. Nothing that is read is ever run.
"""
