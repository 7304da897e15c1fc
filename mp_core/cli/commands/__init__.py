"""The commands, a module or a package each."""
