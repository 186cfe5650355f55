"""Scores a model, or the whole product, on speech with known words and tags.

`datasets` reads, `engines` listens, `normalize` and `scores` compare, ``__main__`` reports.
"""
