"""Moving in from elsewhere, tried against files as cal.com and Calendly write them."""
