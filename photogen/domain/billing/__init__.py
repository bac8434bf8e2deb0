"""Billing: what is bought, at which payment service, and what it gives.

The service's events only say that something has changed; what is true is asked of the service (`sync`), and what is
granted stands in our own plans and purchases. So events may come late, twice, in any order, or not at all.
"""
