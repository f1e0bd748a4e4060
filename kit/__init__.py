"""A test kit of its own: needs Python alone, and nothing of Countback."""
