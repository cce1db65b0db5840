"""The operating system: streams, signals, atomic writes, locks, memory, packages that may be missing."""
