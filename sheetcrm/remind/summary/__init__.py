"""
A reading → once a week, how things stand and what became of them, for those who lead.

`figures.py` counts, `readers.py` says who is told of whom, `letter.py` and
`picture.py` make a mail of it, `telling.py` sends each week once.
"""
