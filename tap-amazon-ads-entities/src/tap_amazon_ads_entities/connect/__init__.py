"""The command `amazon-ads-connect`: connections are made, examined, listed, rotated.

Reads through the same `lists` as a run; nothing that a run needs is here.
"""
