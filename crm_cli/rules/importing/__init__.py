"""Bringing other programs' tables in: what the user wishes, what the columns mean, whom each row is about.

`wishes` holds what is said of a file, `plan` what its header is taken for; `reading` makes `rows` of cells, a column
at a time, `matching` finds the records that stand, `links` those that rows name, `engine` puts it together in
batches inside one change, and `report` tells what came of it.
"""
