"""One comparison a file: what of an interval it reads, what it bets, what it can say."""
