"""Commands that measure how accurate intervals, verdicts and the choice of the champion are.

Importing the package limits each process to one thread, which has to happen before numpy is imported.
"""

from stages.shared.runtime.threads import limit_threads

limit_threads()
