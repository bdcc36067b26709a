"""The whole process: started, hurried, killed."""
