"""What the operator is shown of upkeep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuarantinedView:
    """A version of a model that is held back, for the operator. `name` is the model's, with the version's number."""

    id: str
    model_id: str
    name: str
    number: int
    reason: str
    account_id: str
    hub_repository: str
    hub_url: str
