"""
Sheets too large to be read at once: in parts of some thousand rows, in bounded memory.

What a column is and in which order rows stand is checked with every part, so
that people who work meanwhile cause another look or an error, never a wrong column.
"""
