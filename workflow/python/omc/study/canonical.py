"""JSON text that changes only with its content, for the dependencies of rules and jobs."""

import json


def canonical(value, exact: bool = False) -> str:
    """JSON text that does not depend on the order of keys; unless exact, 1.0 becomes 1.

    exact is for hyperparameters: max_features 1 is one feature, and 1.0 is all of them.
    """

    def plain(v):
        if isinstance(v, dict):
            return {str(k): plain(x) for k, x in sorted(v.items(), key=lambda kx: str(kx[0]))}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        return int(v) if not exact and isinstance(v, float) and v.is_integer() else v

    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
