"""What the one file itself is made of, beside the bundle: standard library only, read before anything is unpacked."""
