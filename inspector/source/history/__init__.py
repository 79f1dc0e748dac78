"""The same subject in two or more releases -> what changed: portraits, canonical forms, and rules that tell meaning from spelling.

Text is read and never run. What needs a caller's configuration is handed in as a Reading.
"""
