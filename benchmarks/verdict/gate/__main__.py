"""The command `python -m benchmarks.verdict.gate`: three simulations of the gate, each with a table."""

import warnings

from benchmarks.shared.arguments import add_simulation_options, make_parser
from benchmarks.verdict import gate
from benchmarks.verdict.gate.choice import print_choices
from benchmarks.verdict.gate.fits import RUNS_PER_TABLE, print_fits
from benchmarks.verdict.gate.scores import print_scores


def main() -> None:
    warnings.filterwarnings("ignore")  # XGBoost and scikit-learn warn of hard tables
    parts = ("scores", "choice", "fits")
    parser = add_simulation_options(make_parser(gate.__doc__), 200)
    parser.add_argument("--only", nargs="*", choices=parts, default=parts, help="simulations (default: all)")
    parser.add_argument("--repeats", type=int, default=1, help="cv.n_repeats of the trained models (default 1)")
    classifiers = list(RUNS_PER_TABLE)
    parser.add_argument("--classifiers", nargs="*", choices=classifiers, default=classifiers, help="trained models")
    options = parser.parse_args()
    if "scores" in options.only:
        print_scores(options.runs, options.seed)
    if "choice" in options.only:
        print_choices(options.runs, options.seed)
    if "fits" in options.only:
        print_fits(options.runs, options.seed, options.repeats, options.classifiers)


if __name__ == "__main__":
    main()
