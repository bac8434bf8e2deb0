"""Photos to a LoRA: trainings, and the models that come of them."""
