module acme.example/payments/gateway

go 1.22
