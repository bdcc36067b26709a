"""What upgrades trust, and what they find out beforehand."""
