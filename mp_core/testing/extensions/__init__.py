"""The contracts of extensions, as tests that their authors inherit."""
