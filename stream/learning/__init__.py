"""Models as a person trains, keeps and asks them; and learners that follow what is committed."""
