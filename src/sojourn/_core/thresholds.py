"""Thresholds by which answers and audits label their numbers, with the reason for each.

None of them changes a posterior; they decide what is flagged.
"""

from __future__ import annotations

RHAT = 1.01
"""R̂ above which an answer is called not converged (Vehtari et al. 2021, Bayesian Analysis 16:667-718)."""
EFFECTIVE = 400
"""Effective draws below which an answer is called not converged (same source)."""
CONVERGED_RHAT = 1.05
"""R̂ above which a calibration reports an answer as unconverged; coverage is given with and without those."""
K_HAT = 0.7
"""Pareto k̂ above which importance weights are not trusted (Vehtari et al. 2024, JMLR 25:72)."""
CONFLICT = 0.05
"""p-value below which a claim is strained or, after Holm's correction, conflicts with the rest (`misfit`)."""
AGREES, OFF = 0.2, 0.02
"""p-value above which a source agrees with the others, and below which it is off; bias lies between."""
SENSITIVE = 0.05
"""Distance per doubling of a prior's power above which an answer is sensitive (Kallioinen et al. 2024)."""
PRIOR_ONLY = 0.1
"""Contraction 1 − Var(posterior)/Var(prior) below which only the prior determines a quantity."""
PRIOR_ONLY_LABEL = "only the prior says this"
UNTOUCHED_SD = 0.95
"""Posterior sd over prior sd above which an unknown can be untouched by the figures."""
UNTOUCHED_MEAN = 0.1
"""Shift of the mean, in prior sd, below which such an unknown is untouched."""
ASSUMED = 0.3
"""Share of a number's variance explained by untouched unknowns above which it rests on assumptions."""
LEDGER_DRAWS = 200
"""Fewest draws from which the prior ledger is made."""
