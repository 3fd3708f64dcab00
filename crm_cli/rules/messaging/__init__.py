"""What campaigns say to their members: templates, whom they go to now, and the ways by which they go."""
