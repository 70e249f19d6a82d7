"""Invoices can be downloaded as PDF."""


def test_invoice_pdf(client, paid):
    invoice = client.post(f"/orders/{paid['id']}/invoice").json()
    response = client.get(f"/invoices/{invoice['id']}.pdf")
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.body.startswith("%PDF-1.7")
