"""The tests of Cally, one folder per room."""
