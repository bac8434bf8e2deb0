"""The parts that the doctor looks at. Each file knows the parts of one group."""
