"""What happens when it runs: samples, one observed call, worked examples and checks; torch lives here, libcst never.

In: a configuration and a sample as plain data. Out: records of what ran. The state of torch is afterwards as it was before.
"""
