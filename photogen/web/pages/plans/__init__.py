"""Plans, packs and models, edited by the operator."""
