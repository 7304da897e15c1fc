"""What may be wrong with files, identities, plugins and network, and how to put it right."""
