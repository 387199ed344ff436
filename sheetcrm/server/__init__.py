"""
Requests of Google's Sheets v4 and Drive v3 → Google's answers, from an embedded server.

It shares no code with the rest of the package, on purpose: two halves that share a mistake about A1 notation or
the shape of a request would agree with each other while Google disagrees.
"""
