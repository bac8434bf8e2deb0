"""Photos to LoRA: one vendor per file."""
