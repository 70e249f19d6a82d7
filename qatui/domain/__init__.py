"""What is true without a terminal, a network, a disk or a clock."""
