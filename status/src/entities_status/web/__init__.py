"""The server: on loopback, for those who ask it by a loopback name."""
