"""What a job of scikit-learn loads when it starts."""

import sys


def load_scikit_learn() -> None:
    """Load scikit-learn without pandas and pyarrow, which a job then loads only if it uses them.

    scikit-learn imports both if they are installed, for data frames, which no model here is given:
    a quarter of the time that it takes to load.
    """
    frames = [name for name in ("pandas", "pyarrow") if name not in sys.modules]
    # An import of a name that stands for nothing fails as if it were not installed.
    sys.modules.update(dict.fromkeys(frames))  # type: ignore[arg-type]
    try:
        import sklearn  # noqa: F401
    finally:
        for name in frames:
            del sys.modules[name]
