"""The settings: their schema, their parsed form, and every sentence about a wrong one.

Imported by everything that runs; imports only what there is to choose from (`endpoints`).
"""
