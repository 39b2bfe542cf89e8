"""How large numbers may become with which models compute. What is beyond is as good as infinite: refused, or no
prediction. Each limit keeps what is made of the numbers within it finite."""

from __future__ import annotations

#: Of an input or a target. Up to here a double tells every whole number from the next. A sum has 16 digits of what is
#: largest in it, so of squares: numbers of 1e8 beside those of 1 leave nothing of these while they are known. How large
#: those of a column may be is for its rules to say. Forests hold inputs in 32 bits, which end at 3.4e38.
LARGEST = 2.0**53
#: Of a weight. Inputs as small as 1e-44 may have one; times the largest input it is far within what is a prediction.
LARGEST_WEIGHT = 1e60
#: Of a prediction: squares of errors, and sums of these, must not overflow.
LARGEST_PREDICTION = 1e120
#: By so much a sum may have shrunk since it was largest: of the 16 digits of a double 5 are lost then. What was taken
#: out of a sum that shrank further left nothing but its rounding.
SHRUNK_MAX = 1e5
