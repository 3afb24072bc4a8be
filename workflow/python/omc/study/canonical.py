"""JSON text that changes only when its content does, for what rules and jobs depend on."""

import json


def canonical(value, exact: bool = False) -> str:
    """JSON text that does not change with the order of keys, nor, unless exact, from 1 to 1.0.

    exact is for hyperparameters: max_features 1 is one feature, and 1.0 all of them.
    """

    def plain(v):
        if isinstance(v, dict):
            return {str(k): plain(x) for k, x in sorted(v.items(), key=lambda kx: str(kx[0]))}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        return int(v) if not exact and isinstance(v, float) and v.is_integer() else v

    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
