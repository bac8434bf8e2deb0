"""Lists of pictures: what is chosen, in which order, page by page, and how many."""
