"""Gap rules (one SQL file a kind), their evaluation, causes and impact (CONTRACT.md section 3)."""

from graphkit.gaps.chain import Chain, ChainStep, chain_of
from graphkit.gaps.evaluation import Evaluation, evaluate
from graphkit.gaps.rules import KINDS, rules
from graphkit.model.rule import Rule

__all__ = ["KINDS", "Chain", "ChainStep", "Evaluation", "Rule", "chain_of", "evaluate", "rules"]
