"""Somebody's code, read and never run -> where it uses classes and functions of torch, and with which arguments.

In: Python files and the texts of torch. Out: uses. Names are resolved by rule: imports, assignments, classes and what instances hold.
"""
