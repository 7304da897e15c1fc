"""The surroundings of a call: environment, files, plugins and the bearer they yield."""
