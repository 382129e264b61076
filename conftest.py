"""For all tests, wherever they are."""

from __future__ import annotations

import signal

# Whoever starts the tests under nohup does not want what they start to ignore a closed terminal.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
