"""Extensions for mp-core, each a module of its own."""
