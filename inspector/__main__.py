"""`python -m inspector`: the same as `inspect-loss`."""

from inspector.cli import main

if __name__ == "__main__":
    main()
