"""Command line of the stage `synthesize`: `synthetic` in params.yaml → data/raw/synthetic.csv."""

import argparse

from stages.shared.errors import run_cli
from stages.shared.params import read_params
from stages.shared.paths import SYNTHETIC
from stages.shared.runtime.stage_lock import lock_stage
from stages.shared.storage.files import write_text
from stages.synthesize.params import SynthesizeParams


def main() -> None:
    """Write the teaching set and print its size."""
    argparse.ArgumentParser(
        prog="python -m stages.synthesize",
        description=f"Generate the teaching set {SYNTHETIC} from `synthetic` in params.yaml.",
    ).parse_args()
    params = read_params(SynthesizeParams).synthetic
    lock_stage("synthesize")

    from stages.synthesize.generate import make_csv  # scikit-learn takes seconds to import, so only after the checks

    text = make_csv(params)
    write_text(SYNTHETIC, text)
    positives = text.count(",1\n")
    print(f"{SYNTHETIC}: {params.n_samples} rows, {params.n_features} features, {positives} positives")


if __name__ == "__main__":
    run_cli(main)
