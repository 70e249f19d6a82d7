"""Settings: `types` is what every room may know; `load` and `token` are for cli and wiring only."""
