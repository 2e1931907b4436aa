def report(results):
    pass
