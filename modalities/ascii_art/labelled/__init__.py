"""Hand-labelled ASCII art on which the checkers' error rates are measured."""
