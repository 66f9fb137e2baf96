"""How good a matte is: metrics, data sets with known truth, baselines and reports."""
