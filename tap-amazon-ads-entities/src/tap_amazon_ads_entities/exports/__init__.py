"""Exports: jobs at Amazon that make one file of all rows; asked for, waited for, downloaded and cut into arrays.

Ends where the rows of a file have arrived as JSON; whether they are all is judged in `lists`, which is the only room
that imports this one.
"""
