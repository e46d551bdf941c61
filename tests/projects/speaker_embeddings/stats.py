"""Prints how often each speaker occurs; no model involved."""

from utils.arrays import detached_array
from utils.data import make_batches, speaker_counts

if __name__ == "__main__":
    batches = make_batches(count=3)
    print(speaker_counts(batches))
    print(detached_array(batches[0][0]).mean())
