"""The words of figures that depend on the results: a file per figure, called as the figure.

It holds `title(result)`, and `subtitle(result)` for what the subtitle ends with; both take a
`Result` and return text, "" for none.
"""
