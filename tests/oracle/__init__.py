"""An independent oracle: random mail across the liberties that senders take, and the rows that it must give.

It is written from RFC 8460 and the program's documented rules, on the standard library alone, and knows nothing of the
program's code. What a report really says is drawn first (truth.py); then it is spelled as JSON with random liberties
(spelling.py), packed and put into a mail (carriage.py); the sequence of mails decides what is stored, repeated, replaced
or refused (inbox.py); rows.py says what the tables must then hold.
"""
