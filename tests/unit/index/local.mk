# unit tests of index: the database, threads, windows

# full text

# up to date
