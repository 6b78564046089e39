"""Messages from supervisors to agents, and their answers."""
