"""Conversion between the values of a JSON tree and Python's: what generated codecs call.

`decode_*` and `split_*` read a value of the wire and raise `MalformedValue` or a `ValueError`;
`encode_*` and `join_*` write one and raise `ArgumentError`. Names with a leading underscore are
private to their module.
"""
