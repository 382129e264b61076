"""Talking to Amazon: tokens, requests, retries, throttling, connections, proxies.

Knows hosts and headers and nothing of lists, rows or Singer: imports nothing from `lists`, `singer` or `connect`.
"""
