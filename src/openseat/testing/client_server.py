"""A client's own web server, for tests: HTTPS, and it trusts a link only if it may.

How a link is checked is written here from the documentation alone (`docs/reference/screen-pop.md`),
with another library than OpenSeat signs with.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
_DAY = dt.timedelta(days=1)


@dataclass
class ClientServer:
    """What the server has been asked for, and its clock."""

    secret: str
    port: int = 0
    ahead_s: int = 0
    """How far its clock is ahead of the machine's."""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Path and query of every request, as they came, with the answer's status."""

    @property
    def base(self) -> str:
        return f"https://{HOST}:{self.port}"

    def judge(self, target: str) -> int:
        """Return the status that a link deserves: 200, 403 (not ours), 410 (over)."""
        query = urlsplit(target).query
        given = parse_qs(query).get("openseat_signature", [""])[0]
        signed = target.removesuffix(f"&openseat_signature={given}")
        checked = HMAC(self.secret.encode(), hashes.SHA256())
        checked.update(signed.encode())
        try:
            checked.verify(bytes.fromhex(given))
            until = int(parse_qs(urlsplit(signed).query)["openseat_expires"][0])
        except (InvalidSignature, ValueError, KeyError):
            return 403
        return 200 if time.time() + self.ahead_s <= until else 410


@contextlib.contextmanager
def client_server(folder: Path, secret: str) -> Iterator[ClientServer]:
    """Run the server on a free port for the length of the context."""
    state = ClientServer(secret)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/favicon.ico":
                self.send_error(404)
                return
            status = state.judge(self.path)
            state.asked.append((self.path, status))
            query = parse_qs(urlsplit(self.path).query)
            phone = html.escape(query.get("phone", [""])[0])
            said = f"customer {phone}" if status == 200 else "refused"
            body = f"<!doctype html><title>CRM</title><p id=said>{said}</p>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del code, size

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> Path:
    """Write a key and a certificate that the server signed for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .sign(key, hashes.SHA256())
    )
    path = folder / "client-server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
