"""Generated tables of types."""
