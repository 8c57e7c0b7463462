# unit tests of post
