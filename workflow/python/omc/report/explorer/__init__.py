"""The page explorer.html: what a run found, to click through and to pass on.

`files` reads what the page needs, `content` puts it together with `models`, `samples` and
`features`, and `page` writes it with the scripts and styles of workflow/report/explorer.
"""
