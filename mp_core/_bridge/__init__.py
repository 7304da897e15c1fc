"""The bridge file, which carries one account to another machine."""
