"""Files to articles and their visible text; knows no token."""
