"""JSON text that changes only with its content, for the dependencies of rules and jobs."""

import json
import re

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def canonical(value, exact: bool = False) -> str:
    """JSON text that does not depend on the order of keys; unless exact, 1.0 becomes 1.

    exact is for hyperparameters: max_features 1 is one feature, and 1.0 is all of them. Braces and
    < in texts are escaped: Snakemake reads braces in params as wildcards, and puts params into the
    report, where < could begin a script.
    """

    def plain(v):
        if isinstance(v, dict):
            return {str(k): plain(x) for k, x in sorted(v.items(), key=lambda kx: str(kx[0]))}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        return int(v) if not exact and isinstance(v, float) and v.is_integer() else v

    text = json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
    return TEXT.sub(lambda found: re.sub("[{}<]", _escape, found[0]), text)


def _escape(found) -> str:
    return f"\\u{ord(found[0]):04x}"
