"""Where postings and stored articles lie, and the best documents are found."""
