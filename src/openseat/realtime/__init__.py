"""The live floor for browsers: watching it move, and the agents' own commands to it."""
