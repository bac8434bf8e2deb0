"""What is measured, each as a module with `run(report)`; `python -m bench [name ...]` prints the figures."""
