"""
What was read → what to do about it: issues told and marked, rows that went quiet, cells put into their usual form.

Nothing in here decides for people: what is not certain is listed.
"""
