"""Tests of the web's door."""
