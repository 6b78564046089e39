"""From a bare clone to a running installation, with the standard library alone.

Everything here runs before the locked dependencies exist, on whatever Python 3.11 or newer the
machine has; so it may import only the standard library and those parts of ``openseat.platform``
that do the same.
"""
