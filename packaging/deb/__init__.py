"""The .deb: manual pages, completion and settings file made from the code, and the package around them."""
