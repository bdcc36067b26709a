"""The booking room: hold, book, approve, cancel, reschedule."""
