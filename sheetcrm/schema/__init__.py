"""
YAML → Template → desired State: what a template may say.

Families of what may be said are open: a new column type, rule, highlight or
reminder is a class in one file, and is in the union, the JSON schema and the
tests from then on.
"""
