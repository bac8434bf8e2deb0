"""The gallery."""

import reflex as rx

from photogen.web import routes
from photogen.web.components.gallery_grid import gallery_grid
from photogen.web.pages.gallery.state import Gallery
from photogen.web.shell import screen
from photogen.web.text import t


@screen(routes.GALLERY, t("Gallery"), on_load=[Gallery.load], wide=True)
def gallery() -> rx.Component:
    return gallery_grid(version=Gallery.version)
