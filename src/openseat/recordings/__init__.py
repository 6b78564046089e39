"""Recordings: from the switch's raw file to stored, cut, checked and audited files."""
