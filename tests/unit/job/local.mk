# unit tests of job
