"""What a person or a program is shown: the state, the orders, one order's history.

`status`, `order` and `places` gather from the state file, `document` makes JSON of it, `views`
makes blocks of it, and `screen` writes blocks as rich tables or as plain text. Nothing here changes
anything, and only `screen` on a terminal imports rich.
"""
