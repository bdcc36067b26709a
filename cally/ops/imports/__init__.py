"""Moving in from elsewhere: a file is read, looked at as a plan, and brought over; nothing comes twice."""
