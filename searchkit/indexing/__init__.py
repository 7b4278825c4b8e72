"""How does a corpus become the next generation of an index?"""
