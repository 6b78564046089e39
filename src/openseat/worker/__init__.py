"""The worker: folds the journal into tables and finishes recordings; away from the live floor."""
