class Registry:
    def __init__(self):
        self.entries = {}

    def register(self, name=None):
        def decorator(made):
            self.entries[name or made.__name__] = made
            return made

        return decorator

    def get(self, name):
        return self.entries[name]


LOSSES = Registry()


def build(name, **options):
    return LOSSES.get(name)(**options)
