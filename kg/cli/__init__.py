"""The command line: one module a command group; each command parses, calls, prints.

Heavy modules are imported by the command that needs them, so that ``kg --help`` answers at once.
"""
