"""Before and after: runs of the same cases compared, and what follows from it.

pairs        which records of two runs belong together
paired       the statistics of paired differences; knows nothing of records
comparison   two runs: a verdict word for every metric
worst        the cases that changed most
rounds       any number of runs in order: curves, slopes, the first round outside the margin
gate         a policy on a comparison: pass or fail, with a line of reason
junit        the same for CI systems
"""
