"""What is in deploy/, held to the program: as much of it as can be without a container engine, a cluster or systemd."""
