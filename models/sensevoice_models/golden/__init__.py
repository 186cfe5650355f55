"""Golden data: what the reference implementations return for a set of small clips.

`signals` and `speech` make the clips, `features`, `vad` and `results` what is expected of them, ``__main__`` the files.
"""
