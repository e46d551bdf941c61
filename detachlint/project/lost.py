"""What can go wrong with the help of other processes; apart, since whoever catches it may need no more."""


class WorkerLost(Exception):
    """A process that helped was killed from outside, as systems do that are short of memory."""
