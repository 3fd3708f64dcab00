"""Files in and out: tables, header names, cards, mail. Knows neither the store nor the command line."""
