"""A `try` that ends well, one whose body raises for certain, `else` and `finally`, and a raise that is re-raised."""

CALL = "Subject()(3)"


def good(x):
    return x


def bad(x):
    raise KeyError(x)


def handled(x):
    return x


def cleaned(x):
    return x


class Subject:
    def __call__(self, x):
        try:
            good(x)
        except ValueError:
            handled(x)
        else:
            cleaned(x)
        finally:
            cleaned(x)
        try:
            bad(x)
            good(x)
        except (ValueError, LookupError) as error:
            handled(x)
        except Exception:
            good(x)
        return self.again(x)

    def again(self, x):
        try:
            try:
                bad(x)
            except KeyError:
                raise
            finally:
                cleaned(x)
        except LookupError:
            return self.last(x)

    def last(self, x):
        try:
            return good(x)
        finally:
            handled(x)
