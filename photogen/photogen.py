"""Reflex's entry: the application object that the server loads."""

from photogen.web.app import create_app

app = create_app()
