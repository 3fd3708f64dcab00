"""Working time: the hours of a week as text, calendars of the store, and the arithmetic of deadlines."""
