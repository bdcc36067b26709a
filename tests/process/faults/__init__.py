"""`make faults`: real servers on real encrypted databases, one module a fault, and the oracle of the torture as judge.

kill -9, power cuts and broken builds while guests book are `make torture`'s.
"""
