"""Changing the program without fear: newer ones are told of, rehearsed, put in place, and taken back."""
