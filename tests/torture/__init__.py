"""The program under stress: killed, starved, raced and fed with damaged files, over and over.

`make torture` runs it for an hour; `tests/torture/test_torture.py` runs a little of each part.
"""
