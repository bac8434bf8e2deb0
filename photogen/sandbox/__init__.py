"""A local server that speaks the protocols of Replicate, Together, Nebius and the Hugging Face Hub.

The vendors' own client libraries run unchanged against it, so photogen needs no key to be tried, developed and tested.
It listens on loopback only and imports nothing else of photogen.
"""
