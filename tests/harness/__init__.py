"""Private servers, faults and the program itself, for tests: the standard library alone."""
