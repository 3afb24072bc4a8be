"""Models that misbehave in every way that was thought of, for the tests of training."""

import ctypes
import faulthandler
import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import threading
import time
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB
from threadpoolctl import threadpool_limits

LONG = 200_000


class Wordless(Exception):
    """An error without a message that could be read."""

    def __str__(self):
        raise RuntimeError("no message")


def throw(error):
    raise error


def forever(*signals):
    for number in signals:
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)


def eat():
    held = []
    while True:
        held.append(np.ones(1 << 23))


def leave_a_helper():
    subprocess.Popen(["sleep", "300"], close_fds=False)
    os._exit(0)


def crowd(start=threading.Thread):
    """Let four threads or processes work until they have one core."""
    allowed, until = len(os.sched_getaffinity(0)), time.monotonic() + 30
    if allowed == 1:
        return

    def work():
        while time.monotonic() < until and len(os.sched_getaffinity(0)) == allowed:
            hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 100_000)

    threads = [start(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(os.sched_getaffinity(0)) == allowed:
        raise RuntimeError("four threads or processes had all cores")


def shout():
    while True:
        os.write(1, b"all work and no play\n" * 5000)


def recurse():
    recurse()


def fork_once(forked=[]):  # noqa: B006
    if not forked:
        forked.append(os.fork())


# What a fit does, and a part of the row's message; None: no harm is done, and there is no row.
FITS = {
    "error": (
        lambda: throw(ValueError("it\nalways fails")),
        "ValueError: it always fails",
    ),
    "long message": (lambda: throw(ValueError("x" * LONG)), f"it has {LONG} characters"),
    "surrogates": (lambda: throw(ValueError("bad \udcff name")), "ValueError: bad name"),
    "control characters": (lambda: throw(ValueError("a\0b\x1b[2J\r\nc")), "a b [2J c"),
    "no message": (lambda: throw(Wordless()), "Wordless"),
    "exit": (lambda: throw(SystemExit(0)), "SystemExit: 0"),
    "interrupt": (lambda: throw(KeyboardInterrupt()), "KeyboardInterrupt"),
    "generator exit": (lambda: throw(GeneratorExit()), "GeneratorExit"),
    "stop iteration": (lambda: next(iter([])), "StopIteration"),
    "recursion": (recurse, "RecursionError"),
    "too large an array": (lambda: np.ones(10**15), "MemoryError"),
    "_exit 0": (lambda: os._exit(0), "exit status 0"),
    "_exit 3": (lambda: os._exit(3), "exit status 3"),
    "segfault": (lambda: [faulthandler.disable(), ctypes.string_at(0)], "SIGSEGV"),
    "abort": (os.abort, "SIGABRT"),
    "killed": (
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        "SIGKILL, often because it ran out of memory",
    ),
    "terminated": (lambda: os.kill(os.getpid(), signal.SIGTERM), "SIGTERM"),
    "group killed": (lambda: os.killpg(0, signal.SIGKILL), "SIGKILL"),
    "endless": (forever, "time_limit"),
    "endless, deaf": (lambda: forever(signal.SIGTERM, signal.SIGALRM, signal.SIGINT), "time_limit"),
    "eats memory": (eat, "memory_limit"),
    "helper": (leave_a_helper, "exit status 0"),
    "shouts": (shout, "20 MB to its log"),
    "forks": (fork_once, None),
    "thread": (lambda: threading.Thread(target=forever).start(), None),
    "crowd": (crowd, None),
    "pool": (lambda: crowd(multiprocessing.get_context("fork").Process), None),
    "closes output": (lambda: os.closerange(1, 3), None),
    "other folder": (lambda: os.chdir("/"), None),
    "strict": (lambda: [np.seterr(all="raise"), warnings.simplefilter("error")], None),
    "environment": (os.environ.clear, None),
}

# What becomes of (n, 2) probabilities.
PROBABILITIES = {
    "percentages": (lambda p: 100 * p, "not from 0 to 1"),
    "negative": (lambda p: p * [2, 1] - [p[:, :1].max(), 0], "not from 0 to 1"),
    "one column": (lambda p: p[:, 1:], "have the shape"),
    "three columns": (lambda p: np.c_[p, 0 * p[:, 0]], "have the shape"),
    "one dimension": (lambda p: p[:, 1], "have the shape"),
    "three dimensions": (lambda p: p[:, :, None], "have the shape"),
    "sum": (lambda p: p / 2, "sum to 0.5, not to 1"),
    "NaN": (lambda p: p * np.nan, "hold values that are not finite"),
    "infinite": (lambda p: p / 0.0, "hold values that are not finite"),
    "more rows": (lambda p: np.r_[p, p], "predictions of"),
    "fewer rows": (lambda p: p[:-1], "predictions of"),
    "none": (lambda p: None, "unsized object"),
    "text": (lambda p: p.astype(str)[:, :1] + "?", "could not convert"),
    "texts of numbers": (lambda p: p.astype(str), None),
    "single precision": (lambda p: p.astype(np.float32), None),
    "objects": (lambda p: p.astype(object), None),
}

# What becomes of (n,) labels of a model without probabilities.
LABELS = {
    "label -1": (lambda y: 0 * y - 1, "a label that is not a class: -1 instead of 0 or 1"),
    "label 0.9": (lambda y: 0 * y + 0.9, "a label that is not a class: 0.9 instead of 0 or 1"),
    "label 2": (lambda y: y + 2, "a label that is not a class"),
    "label NaN": (lambda y: y * np.nan, "a label that is not a class: nan"),
    "label of text": (lambda y: y.astype(str), "instead of 0 or 1, the numbers"),
    "long label": (lambda y: np.full(len(y), "x" * LONG), "a label that is not a class: xxx"),
    "more labels": (lambda y: np.r_[y, y], "predictions of"),
    "no labels": (lambda y: None, "1 predictions of"),
    "labels of logic": (lambda y: y > 0, None),
    "column of labels": (lambda y: y[:, None].astype(float), None),
}


class Misbehaves(GaussianNB):
    """Misbehaves in its fit or in its probabilities; `tried` is there to be tuned."""

    def __init__(self, how="", tried=0):
        super().__init__()
        self.how, self.tried = how, tried

    def fit(self, x, y, sample_weight=None):
        if self.how in FITS:
            FITS[self.how][0]()
        return super().fit(x, y)

    def predict_proba(self, x):
        prob = super().predict_proba(x)
        with np.errstate(all="ignore"):
            return PROBABILITIES[self.how][0](prob) if self.how in PROBABILITIES else prob


class Labels(ClassifierMixin, BaseEstimator):
    """Predicts wrong labels, without probabilities."""

    def __init__(self, how="", tried=0):
        self.how, self.tried = how, tried

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return LABELS[self.how][0]((x[:, 0] > 0).astype(int))


class WritesX(GaussianNB):
    """Destroys its data, as estimators with copy=False do; a better candidate comes after."""

    def __init__(self, var_smoothing=1e-9, tried=0):
        super().__init__(var_smoothing=var_smoothing)
        self.tried = tried

    def fit(self, x, y, sample_weight=None):
        super().fit(x, y)
        x[:], y[:] = 0, y[::-1].copy()
        return self

    def predict_proba(self, x):
        prob = super().predict_proba(x)
        x *= -1
        return prob


class OneBuffer(GaussianNB):
    """Returns the same array at each prediction."""

    buffer = np.zeros((100, 2))

    def __init__(self, tried=0):
        super().__init__()
        self.tried = tried

    def predict_proba(self, x):
        self.buffer[: len(x)] = super().predict_proba(x)
        return self.buffer[: len(x)]


class Chance(GaussianNB):
    """Predicts with the global generators."""

    def __init__(self, tried=0):
        super().__init__()
        self.tried = tried

    def fit(self, x, y, sample_weight=None):
        self.shift = random.random() + np.random.rand()
        return super().fit(x, y)

    def predict_proba(self, x):
        first = (self.shift + random.random() + np.random.rand(len(x))) / 4
        return np.c_[first, 1 - first]


class TakesThreads(HistGradientBoostingClassifier):
    """Asks OpenMP for eight threads, whatever the environment says."""

    def fit(self, x, y, sample_weight=None):
        with threadpool_limits(8, user_api="openmp"):
            return super().fit(x, y)


class Slow(GaussianNB):
    """Takes half a second longer for each fit."""

    def fit(self, x, y, sample_weight=None):
        time.sleep(0.5)
        return super().fit(x, y)


class Unsaveable(GaussianNB):
    """Cannot be pickled."""

    def __init__(self, tried=0):
        super().__init__()
        self.tried = tried

    def __getstate__(self):
        raise TypeError("this model is no file")


class Unreadable(Unsaveable):
    """Can be pickled, and not be read again."""

    def __getstate__(self):
        return {"tried": self.tried}

    def __setstate__(self, state):
        raise TypeError("this file is no model")


class KillsWhenSaved(Unsaveable):
    """Ends the process that pickles it."""

    def __getstate__(self):
        os._exit(0)


class LongCoefficients(Unsaveable):
    """Has more coefficients than features."""

    coef_ = np.ones(1000)
    __getstate__ = GaussianNB.__getstate__


class TextCoefficients(LongCoefficients):
    """Has a text where its coefficients should be."""

    coef_ = "none"


class FailingCoefficients(LongCoefficients):
    """Fails where its coefficients should be."""

    @property
    def coef_(self):
        raise RuntimeError("no coefficients")


class WrongClasses(LongCoefficients):
    """Knows other classes than the data."""

    def fit(self, x, y, sample_weight=None):
        super().fit(x, y)
        self.classes_ = np.array(["a", "b"])
        return self


class FitGivesNone(LongCoefficients):
    """Does not return itself."""

    def fit(self, x, y, sample_weight=None):
        super().fit(x, y)


class CannotBeCloned(LongCoefficients):
    """Changes its parameters when it is made."""

    def __init__(self, tried=0):
        super().__init__(tried + 1)


class WrongDecision(ClassifierMixin, BaseEstimator):
    """Has decision values that are not finite."""

    def __init__(self, tried=0):
        self.tried = tried

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, x):
        return np.full(len(x), np.nan)

    def predict(self, x):
        return np.zeros(len(x), dtype=int)


# Others, by the name of their class.
CLASSES = {
    WritesX: None,
    OneBuffer: None,
    Chance: None,
    Unsaveable: "cannot be saved: TypeError: this model is no file",
    Unreadable: "cannot be saved: TypeError: this file is no model",
    KillsWhenSaved: "exit status 0",
    LongCoefficients: None,
    TextCoefficients: None,
    FailingCoefficients: None,
    WrongClasses: "a label that is not a class: a instead of 0 or 1",
    FitGivesNone: "NoneType",
    CannotBeCloned: "RuntimeError",
    # scikit-learn itself refuses them in the calibration of the final fit.
    WrongDecision: "values",
}

# Specification and a part of the message of each kind.
KINDS = {
    **{how: ("Misbehaves", {"how": how}, part) for how, (_, part) in FITS.items()},
    **{how: ("Misbehaves", {"how": how}, part) for how, (_, part) in PROBABILITIES.items()},
    **{how: ("Labels", {"how": how}, part) for how, (_, part) in LABELS.items()},
    **{kind.__name__: (kind.__name__, {}, part) for kind, part in CLASSES.items()},
}


def spec_of(how: str, tuned: bool) -> tuple[dict, str | None]:
    """The specification of a kind, and a part of the message of its row."""
    name, params, part = KINDS[how]
    spec = {"estimator": f"{__name__}.{name}", "params": params, "size": 9}
    return {**spec, "grid": {"tried": [0, 1]} if tuned else None}, part
