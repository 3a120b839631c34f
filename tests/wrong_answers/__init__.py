"""Wrong answers of the right shape to the exercises, those of each notebook in a module."""
