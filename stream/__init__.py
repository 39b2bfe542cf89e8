"""The imperative shell: configuration, the landing folder, framing, reading, running, the screen and the command
line.
"""
