from __future__ import annotations

import os
import socket

from openseat.platform.port_holders import taken_ports


def test_a_taken_port_is_named_with_its_holder():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        [taken] = taken_ports({"web": port})
        assert taken.pid == os.getpid()
        assert str(taken).startswith(f"port {port} (web) is taken by process {os.getpid()} (")


def test_what_the_installation_itself_holds_is_not_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        ports = {"web": server.getsockname()[1]}
        assert taken_ports(ports, frozenset({os.getpid()})) == []


def test_a_free_port_is_not_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert taken_ports({"web": port}) == []
