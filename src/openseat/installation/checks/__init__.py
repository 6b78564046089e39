"""What ``bin/openseat doctor`` looks at: the machine, and the installation that runs on it."""
