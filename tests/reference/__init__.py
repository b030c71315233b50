"""An independent reference: CONTRACT.md sections 1-4 in slow, plain Python, written without looking at graphkit.

`case` holds a case in memory and writes it as a case folder, `evaluate` gives its gaps, `generate` makes small nasty
cases. Nothing in here imports graphkit: where both disagree, one of them reads the contract wrongly.
"""
