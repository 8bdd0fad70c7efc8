"""What Counterfoil is held against: the same work without its promises."""
