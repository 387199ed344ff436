"""
Files → rows of a sheet, by key.

Whatever a file says, a line is imported whole, or refused with its number and a reason.
"""
