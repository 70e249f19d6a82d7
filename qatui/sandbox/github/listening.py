"""The socket that a look-alike is served on; apart from the server, which takes long to load."""

import socket

HOST = "127.0.0.1"


def listening(port: int = 0) -> socket.socket:
    """A socket that takes connections on loopback, at a free port for 0. Raises OSError where the port is taken."""
    # asyncio lets small packets go at once only on sockets that are TCP by name; else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def address(listener: socket.socket) -> str:
    """The API's address on a socket."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
