# end to end, through the programs
