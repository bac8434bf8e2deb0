"""How photogen starts and stops: what `make run` does. Only the command line imports it.

`install` runs before anything is installed, on the standard library alone; the rest runs in the virtual environment.
"""
