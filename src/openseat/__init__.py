"""OpenSeat: the open platform that runs an outsourced call centre."""
