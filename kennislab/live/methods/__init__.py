"""Methods of consultation as data, and the engine that decides from them. Pure: no web, no database, no clock, no chance without a seed.

``schema`` reads and checks a method, ``plan`` says what holds at every position in it, ``seating`` who sits together and in which
role, ``rules`` what each may do there.
"""
