"""Exchange rates are up to date."""

import socket


def test_rates_server_is_up():
    connection = socket.create_connection(("rates.bank.example", 443), timeout=5)
    connection.sendall(b"GET /latest HTTP/1.0\r\nHost: rates.bank.example\r\n\r\n")
    assert b"200 OK" in connection.recv(4096)
    connection.close()
