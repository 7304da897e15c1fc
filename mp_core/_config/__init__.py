"""The configuration file: one version of it, edits of it, and the TOML under both."""
