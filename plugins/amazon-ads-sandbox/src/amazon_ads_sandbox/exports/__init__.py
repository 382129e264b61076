"""Exports: what there is, the jobs that take their time, and the files they make."""
