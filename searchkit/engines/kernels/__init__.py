"""The operations that evaluate a plan, on whole columns: in plain Python and in numpy.

Both give the same documents and the same scores to the last bit: floats are added in
the same order, and codes are found by comparisons. A small search in a new process is
over before numpy is imported; a large one is many times faster with it.
"""
