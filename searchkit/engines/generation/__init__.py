"""How is a generation written: runs of new articles and what stays, merged."""
