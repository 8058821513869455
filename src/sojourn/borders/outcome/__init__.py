"""Long-term migrations by the outcome rule: certain answers, the day they became certain, probabilities."""
