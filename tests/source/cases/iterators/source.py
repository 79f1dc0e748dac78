"""Iterators: iter and next, filter, map, sorted and max with a key, reduce, itertools; items are used up."""

import operator
from functools import reduce
from itertools import accumulate, chain, combinations, count, islice, pairwise, tee, zip_longest

CALL = "Subject()((3, 1, 2))"


def is_odd(x):
    return x % 2 == 1


def added(x, y):
    return x + y


def reached(x):
    return x


def never(x):
    return x


class Subject:
    def __call__(self, items):
        steps = iter(items)
        if next(steps) != 3 or next(steps, None) != 1:
            never(items)
        for item in steps:
            reached(item)
        odd = list(filter(is_odd, items))
        first, *rest = sorted(items, key=lambda x: -x)
        if first != max(items, key=abs) or rest != [2, 1] or odd != [3, 1]:
            never(items)
        total = reduce(added, items, 0) + reduce(operator.mul, items)
        left, right = tee(items)
        next(right)
        if list(zip(left, right)) != list(pairwise(items)):
            never(items)
        for one, two in chain(combinations(items, 2), zip_longest(items, (), fillvalue=0)):
            reached(one + two)
        numbers = list(islice(count(5), 2)) + list(accumulate(items))
        return reached(total) if numbers == [5, 6, 3, 4, 6] and sum(map(is_odd, items)) == 2 else never(items)
