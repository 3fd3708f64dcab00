"""A CRM for the terminal. Nearly empty on purpose: every import of the package pays for this file."""
