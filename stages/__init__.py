"""The pipeline: one folder per stage of dvc.yaml."""
