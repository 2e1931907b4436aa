"""The command `python -m benchmarks.verdict.gate`: three simulations of the gate.

Each simulation prints a table; docs/verdict.md shows them.
"""

import warnings

from benchmarks.shared.arguments import make_parser
from benchmarks.verdict import gate
from benchmarks.verdict.gate.choice import print_choices
from benchmarks.verdict.gate.fits import print_fits
from benchmarks.verdict.gate.scores import print_scores


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parts = {"scores": print_scores, "choice": print_choices, "fits": print_fits}
    parser = make_parser(gate.__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulated pull requests of each kind (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the simulated data (default 0)")
    parser.add_argument("--only", nargs="*", choices=parts, default=list(parts), help="simulations (default: all)")
    options = parser.parse_args()
    for name in options.only:
        parts[name](options.runs, options.seed)


if __name__ == "__main__":
    main()
