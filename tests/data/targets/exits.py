"""A file that ends the program while it is read."""

import sys

sys.exit("I am a script")
