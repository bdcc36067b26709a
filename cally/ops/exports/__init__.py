"""Taking along what is here: bookings as files for people and programs, the configuration for another instance."""
