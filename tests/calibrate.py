"""Calibration in full: `python -m tests.calibrate` (see `make calibrate`).

Twenty ledgers are simulated from the small case, with parameters from the prior. The
90 % intervals must cover the truth 80 to 98 % of the time, and the ranks of the truth
must look uniform (Kolmogorov-Smirnov over ledgers for each quantity; Talts et al. 2018).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scipy.stats import kstest

from sojourn.case import read_case
from sojourn.inference.density import build_model
from sojourn.inference.jax_config import configure
from tests.inference.simulated import QUANTITIES, recover

SMALL = Path(__file__).parent / "data" / "small"
LOW, HIGH, P = 0.80, 0.98, 0.01


def main() -> int:
    """Simulate, recover, print, and say whether it holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ledgers", type=int, default=20)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    configure()
    model = build_model(read_case(SMALL))
    found = recover(model, chosen.ledgers, chosen.chains, chosen.draws, chosen.seed)
    coverage = found.coverage(0.9)
    print(f"{chosen.ledgers} ledgers, 90 % intervals cover {coverage:.1%} of {found.ranks.size} truths")
    holds = LOW <= coverage <= HIGH
    for q, name in enumerate(QUANTITIES):
        p = float(kstest(found.ranks[:, q], "uniform").pvalue)
        print(f"  {name}: ranks uniform with p = {p:.3f}, mean rank {found.ranks[:, q].mean():.2f}")
        holds &= p > P / len(QUANTITIES)
    print(f"worst R̂ of a ledger: {found.rhat.max():.3f}")
    print("calibrated" if holds else "NOT calibrated")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
