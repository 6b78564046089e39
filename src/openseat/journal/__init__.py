"""The journal: every fact a cell ever produced, in order, once, and the folds that read it."""
