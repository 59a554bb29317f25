"""What nobody could settle without an AWS account, asked of one: `python -m emulator probe --stack dev`.

A person with an account runs it. It says what it will cost, makes a small stack of its own, puts every open question
to AWS, compares the answer with what the emulator does, writes both with the date into docs/fidelity.md, and removes
all that it made. It touches nothing that it did not make.
"""
