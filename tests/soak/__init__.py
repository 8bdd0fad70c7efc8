"""Real processes under fire: killed, cut off, restarted, and held to an exact end state."""
