"""Addresses, in one place. People's bookmarks rely on them (journeys.md)."""

LANDING = "/"
PRICING = "/pricing"
LOGIN = "/login"
REGISTER = "/register"
DASHBOARD = "/dashboard"
MODELS = "/models"
MODEL = "/models/[model_id]"
LAB = "/models/[model_id]/lab"
NEW_MODEL = "/models/new"
PHOTOS = "/photos"
PHOTO_SET = "/photos/[set_id]"
TRAININGS = "/trainings"
TRAINING = "/trainings/[training_id]"
GENERATE = "/generate"
GALLERY = "/gallery"
SHARED = "/shared"
"""My links. What they open is below `/s/`, which is no page of Reflex's (api/shared.py)."""
USAGE = "/usage"
BILLING = "/billing"
PLANS = "/billing#plans"
PACKS = "/billing#packs"
CHECKOUT_RETURN = "/billing/return"
SETTINGS = "/settings"
NOTICES = "/notices"
UNSUBSCRIBE = "/unsubscribe"
DELETE_ASKED = "delete"
"""In the query of the settings: the dialog that deletes the account is open."""
DELETIONS = "/deletions"
ADMIN = "/admin"
ADMIN_FIGURES = "/admin/figures"
ADMIN_PLANS = "/admin/plans"
ADMIN_ACCOUNTS = "/admin/accounts"
ADMIN_ACCOUNT = "/admin/accounts/[account_id]"

AUTH_LOGIN = "/auth/login"
AUTH_REGISTER = "/auth/register"
AUTH_LOGOUT = "/auth/logout"
AUTH_PASSWORD = "/auth/password"  # noqa: S105 - an address
AUTH_DELETE = "/auth/delete-account"
MAIL_UNSUBSCRIBE = "/mail/unsubscribe"


def pricing(plan: str) -> str:
    """Address of the price list with a plan marked, by its key or its name; `plan` may be a Var."""
    return f"/pricing?plan={plan}"


def model(model_id: str) -> str:
    """Address of a model's page; `model_id` may be a Var."""
    return f"/models/{model_id}"


def photo_set(set_id: str) -> str:
    """Address of a photo set's page; `set_id` may be a Var."""
    return f"/photos/{set_id}"


def train_with(set_id: str) -> str:
    """Address of the wizard with a photo set chosen; `set_id` may be a Var."""
    return f"/models/new?set={set_id}"


def lab(model_id: str) -> str:
    """Address of a model's likeness lab; `model_id` may be a Var."""
    return f"/models/{model_id}/lab"


def new_version(model_id: str) -> str:
    """Address of the wizard for a further version of a model; `model_id` may be a Var."""
    return f"/models/new?version_of={model_id}"


def picture(image_id: str) -> str:
    """Address of a picture with its recipe."""
    return f"/gallery?image={image_id}"


def album(album_id: str) -> str:
    """Address of an album in the gallery."""
    return f"/gallery?album={album_id}"


def training(training_id: str) -> str:
    """Address of a training's page; `training_id` may be a Var."""
    return f"/trainings/{training_id}"


def account(account_id: str) -> str:
    """Address at which the operator sees an account; `account_id` may be a Var."""
    return f"/admin/accounts/{account_id}"


def receipt(number: str) -> str:
    """Address at which a receipt of a deletion is shown; `number` may be a Var."""
    return f"/deletions?receipt={number}"


def generate_with(model_id: str) -> str:
    """Address of the generate page with a model chosen; `model_id` may be a Var."""
    return f"/generate?model={model_id}"


def model_of(path: str) -> str:
    """The model that a page below it is about: "/models/01h.../lab" -> "01h..."."""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 else ""


def last_part(path: str) -> str:
    """What a page is about, from the path of its address: "/models/01h..." -> "01h..."."""
    return path.rstrip("/").rsplit("/", 1)[-1]
