"""A bank's day: recorded calls replayed as facts, checked against the file itself.

The file has the columns of the Technion's call-centre data set (Brown et al. 2005, "Statistical
Analysis of a Telephone Call Center"): one row a call, times of day as h:mm:ss, 0:00:00 where a call
did not come to that stage.
"""
