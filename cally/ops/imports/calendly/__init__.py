"""From Calendly: what its API answers, or the events that it exports as CSV, as a bundle of ours."""

from cally.ops.imports.calendly.api import bundle_of, is_calendly
from cally.ops.imports.calendly.csv_file import bundle_of_csv

__all__ = ["bundle_of", "bundle_of_csv", "is_calendly"]
