"""
A guarded mail → out: one file per way, all behind `base.Notifier`.

A way says what became of each mail; it never decides whether to try again.
"""
