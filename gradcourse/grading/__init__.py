"""The classroom: grade answers that may be any Python, without trusting them.

Student code runs in a worker that holds no checks; verdicts are computed here, in the trusted
process, by the same checks that a learner sees, on inputs drawn from a secret.
"""
