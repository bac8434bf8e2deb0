"""The likeness lab: how strongly should a model be laid on? Fixed prompts, fixed seeds, every strength side by side."""
