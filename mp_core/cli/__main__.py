"""`python -m mp_core.cli` is `mp`."""

from mp_core.cli import main

main()
