"""What a run tells, line by line: typed entries, written for people or for programs, without values of rows."""
