"""The formats in which stages meet: params, tables, models, paths, errors. It imports no stage."""
