"""Formats of feature tables and sample sheets, one per file.

The file of a format has its name and holds

- `ENDINGS`: endings of file names;
- `CONTENT`: type of its files by their first bytes (see `omc.data.files`); None: not checked;
- `ORIENTED`: whether the configuration sets the orientation; otherwise the format fixes it;
- `MATRICES`: whether a file may hold several matrices, of which the configuration chooses one;
- `CAN_CRASH` (if missing, false): whether its library can crash on a broken file: a child process
  reads it first;
- `read_table(path, orientation, matrix)`: the numbers as stored, a DataFrame; samples x features if
  the format fixes the orientation;
- `read_sheet(path)`, optional: the sample sheet as text columns; those that fix the names of the
  samples have them in a column `sample`;
- `PREFIX` (if missing, false): whether `read_table` takes a `prefix` of the columns of samples;
- `SHEETS` (if missing, false): whether a file may hold several sheets: `read_sheet(path, sheet)`.

`omc.data.reading` uses them.
"""
