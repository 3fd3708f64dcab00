"""What the business does across records: plain functions that know no command line and print nothing."""
