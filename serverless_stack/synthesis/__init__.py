"""Synthesis that stays warm: the interpreter and jsii's kernel are loaded before the app runs.

`worker.py` runs in the app's interpreter: it loads aws_cdk once and runs the app in a fork, so that
each run has an interpreter in which no code of the app ever ran. Only the kernel stays.
"""
