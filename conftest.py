"""For all tests, wherever they are."""

from __future__ import annotations

import os
import signal

# Whoever starts the tests under nohup does not want what they start to ignore a closed terminal.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What tests start reads sources that have changed: compiled once, they start in half the time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
