"""
A person → all that we hold about them, to hand over or to erase.

Whatever is erased is looked for by keyed hashes alone, so a run that broke off
goes on, and a backup of before gives nobody back, without a list of who it was.
"""
