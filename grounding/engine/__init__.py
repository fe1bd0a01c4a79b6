"""Engines decide batches, workers and machines; they know nothing of modalities, files or progress bars."""
