"""A function made by a factory that chooses between two at the time of the call, as `boolean_dispatch` does."""

CALL = "Subject()(3)"


def choose(name, default, if_true, if_false):
    def fn(*args, **kwargs):
        flag = default
        if name in kwargs:
            flag = kwargs[name]
        if flag:
            return if_true(*args, **kwargs)
        return if_false(*args, **kwargs)

    return fn


def _with_indices(x, indices=False):
    return x, None


def _plain(x, indices=False):
    return x


pool = choose("indices", False, _with_indices, _plain)


class Subject:
    def __call__(self, x):
        return pool(x) + pool(x, indices=True)[0]
