"""What a person would do in a browser, done in a real one."""
