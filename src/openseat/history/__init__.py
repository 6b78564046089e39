"""History: what the journal says of past and present calls, segments and agents' time."""
