"""The pages that people see, by who they are for: guests, hosts, admins, and whoever sets Cally up."""
