"""Takes the place of the uncut walk."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "a very small tau": "this is where the uncut walk rests: the cut has moved it",
    "five numbers": "this is where the uncut walk rests: the cut has moved it",
    "one-sided noise": "this is where the uncut walk rests: the cut has moved it",
}


def resting_place(noise, tau):
    return -float(noise.mean())
