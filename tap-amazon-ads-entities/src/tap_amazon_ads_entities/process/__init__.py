"""The process: deadlines, ways to stop, memory, logging, and keeping secrets out of every line.

Knows nothing of Amazon or Singer: imports nothing of the tap but `errors`.
"""
