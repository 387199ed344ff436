"""
Records → mail: due → digest → ledger and outbox → notifiers.

What is due is decided from the rows, the rules and the ledger, never from when
this last ran.  A reminder is claimed and its mail queued in one transaction
before anything is sent, so an outage loses nothing and a second run sends
nothing.
"""
