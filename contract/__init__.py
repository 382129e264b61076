"""The watch on Amazon's contract: its OpenAPI files against what the tap sends and reads.

`described` reads the files, `used` asks the catalogue and the row functions what the tap makes of them, `compare` holds
both against what the files said when they were last accepted (`known.json`).
"""
