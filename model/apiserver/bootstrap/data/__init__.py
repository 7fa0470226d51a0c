"""Generated tables of what a fresh cluster has."""
