"""defaultdict, Counter, OrderedDict and deque: what is missing, what is counted, what their methods are called."""

from collections import Counter, OrderedDict, defaultdict, deque

CALL = "Subject()(3)"


def made():
    return []


def reached(x):
    return x


def never(x):
    return x


class Subject:
    def __init__(self):
        self.history = deque(maxlen=3)
        self.counts = Counter()

    def __call__(self, x):
        groups = defaultdict(made)
        for name in ("a", "b", "a"):
            groups[name].append(x)
            self.counts[name] += 1
        self.history.append(x)
        ordered = OrderedDict(first=x)
        ordered["second"] = x + 1
        ordered.move_to_end("first")
        if len(groups["a"]) == 2 and self.counts["a"] == 2 and "c" not in ordered:
            x = reached(x)
        return x + len(self.history) if "c" not in groups else never(x)
