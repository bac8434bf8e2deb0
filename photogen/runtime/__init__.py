"""How photogen starts and stops: what `make run` does. Only the command line imports it.

`install` runs before anything is installed and needs the standard library alone; the rest runs in the virtual environment.
"""
