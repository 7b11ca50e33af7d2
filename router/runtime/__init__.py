"""What makes the core run: the clock, the front door, the courier, and what they report."""
