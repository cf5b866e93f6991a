"""Reading templates, and running rules over them."""
