"""Checks of a data set, one per file: each is an alarm with the name of its file.

The file of a check has its name, its docstring says what it looks for, and it holds

- `ORDER`: its place in checks.csv and in docs/alarms.md;
- `EXPLANATION`: why it matters; `RULE`: when it warns; `FIX`: what to do;
- `check(data, scan)`: its rows, each (status, value, advice). data: a `data.checked.CheckedData`;
- optionally `Scan(data)` with `add(block)`, for a check of the features: it is given all blocks of
  features in turn, each a `data.checked.Block`, and `check` gets it as `scan`, else None.

`omc.data.checking` runs them; `make docs` writes their texts to docs/alarms.md.
"""
