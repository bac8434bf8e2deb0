"""How each vendor says no: status, body and headers of refusals, as far as documents and client libraries show them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic_core import ErrorDetails
from starlette.responses import JSONResponse, Response

_WORDS = {
    400: "Bad request",
    401: "Unauthenticated",
    402: "Insufficient credit",
    403: "Forbidden",
    404: "Not found",
    409: "Conflict",
    413: "Content too large",
    422: "Input validation failed",
    429: "Too many requests",
    500: "Internal server error",
    503: "Service unavailable",
}


class Refusal(Exception):
    """Ends a call with an answer of the vendor's own shape."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class Dialect(Protocol):
    """One vendor's way to refuse."""

    def refuse(self, status: int, message: str, **more: Any) -> Response:
        """An error answer of the vendor's shape."""

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        """The answer to a request that does not fit the vendor's schema."""

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        """The answer of a fault of that status."""


def _field(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"])


class ReplicateDialect:
    """Problem details, RFC 7807."""

    def refuse(self, status: int, message: str, **more: Any) -> Response:
        body = {"title": _WORDS.get(status, "Error"), "detail": message, "status": status, **more}
        return JSONResponse(body, status, media_type="application/problem+json")

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        lines = [f"- {_field(e)}: {_words(e)}" for e in errors]
        fields = [{"type": e["type"], "field": _field(e), "description": _words(e)} for e in errors]
        return self.refuse(422, "\n".join(lines) + "\n", invalid_fields=fields)

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        seconds = args.get("retry_after", 30)
        message = {
            401: "You did not pass a valid authentication token",
            402: "You have insufficient credit to run this model. Go to https://replicate.com/account/billing.",
            403: "You do not have permission to perform this action.",
            404: "The requested resource could not be found.",
            422: "- input: the input is not valid for this model\n",
            429: f"Request was throttled. Your rate limit resets in ~{seconds}s.",
            500: "Internal server error. Please try again, or contact support if the problem persists.",
            503: "The service is temporarily unavailable.",
        }.get(status, "The request failed.")
        answer = self.refuse(status, message)
        if status == 429:
            answer.headers["retry-after"] = str(seconds)
        return answer


def _words(error: ErrorDetails) -> str:
    return _REPLICATE_WORDS.get(error["type"], "{}").format(error["msg"], **error.get("ctx", {}))


_REPLICATE_WORDS = {
    "missing": "this field is required",
    "extra_forbidden": "Additional property is not allowed",
    "int_type": "Invalid type. Expected: integer",
    "float_type": "Invalid type. Expected: number",
    "string_type": "Invalid type. Expected: string",
    "bool_type": "Invalid type. Expected: boolean",
    "less_than_equal": "Must be less than or equal to {le}",
    "greater_than_equal": "Must be greater than or equal to {ge}",
    "literal_error": "Must be one of the following: {expected}",
}


class TogetherDialect:
    """OpenAI's error object; see docs.together.ai/docs/error-codes."""

    _types: Mapping[int, str] = {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "insufficient_funds",
        403: "permission_error",
        404: "invalid_request_error",
        422: "invalid_request_error",
        429: "rate_limit",
        500: "server_error",
        503: "overloaded_error",
    }

    def refuse(self, status: int, message: str, **more: Any) -> Response:
        error = {"message": message, "type": self._types.get(status, "error"), "param": None, "code": None, **more}
        return JSONResponse({"error": error}, status)

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        first = errors[0]
        return self.refuse(422, f"{_field(first)}: {first['msg']}", param=_field(first), code="invalid_parameter")

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        message, code = {
            401: (
                "Invalid API key provided. You can find your API key at https://api.together.ai/settings/api-keys.",
                "invalid_api_key",
            ),
            402: (
                "Your account has run out of credit. Add credit at https://api.together.ai/settings/billing.",
                "insufficient_funds",
            ),
            403: ("You do not have access to this model.", "forbidden"),
            404: ("Unable to access the model. It may have been retired.", "model_not_available"),
            422: ("The request is not valid.", "invalid_parameter"),
            429: ("You have reached the rate limit for this model.", "dynamic_request_limited"),
            500: ("The server had an error while processing your request.", "internal_error"),
            503: ("The engine is currently overloaded, please try again later.", "overloaded"),
        }.get(status, ("The request failed.", "error"))
        answer = self.refuse(status, message, code=code)
        if status == 429:
            seconds = str(args.get("retry_after", 30))
            answer.headers["retry-after"] = seconds
            answer.headers["x-ratelimit-reset"] = seconds
        return answer


class NebiusDialect(TogetherDialect):
    """FastAPI's `detail`."""

    def refuse(self, status: int, message: str, **_more: Any) -> Response:
        return JSONResponse({"detail": message}, status)

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        detail = [{"loc": ["body", *e["loc"]], "msg": e["msg"], "type": e["type"]} for e in errors]
        return JSONResponse({"detail": detail}, 422)

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        if status == 422:  # the one refusal whose detail is a list
            detail = [{"loc": ["body", "prompt"], "msg": "The request is not valid.", "type": "value_error"}]
            return JSONResponse({"detail": detail}, 422)
        return super().canned(status, args)


class HubDialect:
    """`error` in the body, and the headers by which huggingface_hub chooses its exception."""

    def refuse(self, status: int, message: str, **more: Any) -> Response:
        headers = {"x-error-message": message}
        if code := more.pop("code", None):
            headers["x-error-code"] = code
        return JSONResponse({"error": message, **more}, status, headers=headers)

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        return self.refuse(400, "; ".join(f"{_field(e)}: {e['msg']}" for e in errors))

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        message = {
            401: "Invalid credentials in Authorization header",
            402: "Private repository storage limit reached, please upgrade your plan to increase it.",
            403: "You don't have the rights to perform this action with this token",
            404: "Repository not found",
            422: "The request is not valid",
            429: "We had to rate limit you. Please retry later.",
            500: "Internal Error - We're working hard to fix this as soon as possible!",
            503: "Service unavailable",
        }.get(status, "The request failed")
        answer = self.refuse(status, message, **({"code": "RepoNotFound"} if status == 404 else {}))
        if status == 429:
            answer.headers["retry-after"] = str(args.get("retry_after", 30))
        return answer


class StripeDialect:
    """`error` with type, code, param and message; docs.stripe.com/api/errors."""

    def refuse(self, status: int, message: str, **more: Any) -> Response:
        kind = "api_error" if status >= 500 else "invalid_request_error"
        return JSONResponse({"error": {"type": kind, "message": message, **more}}, status)

    def invalid(self, errors: Sequence[ErrorDetails]) -> Response:
        first = errors[0]
        return self.refuse(400, f"Invalid {_field(first)}: {first['msg']}", param=_field(first))

    def canned(self, status: int, args: Mapping[str, Any]) -> Response:
        message, more = {
            401: ("Invalid API Key provided: sk_test_***", {}),
            402: ("Your card was declined.", {"type": "card_error", "code": "card_declined"}),
            403: ("The provided key does not have the required permissions for this endpoint.", {}),
            404: ("No such object", {"code": "resource_missing"}),
            422: ("The request was not valid.", {}),
            429: ("Request rate limit exceeded.", {"code": "rate_limit"}),
        }.get(status, ("An unknown error occurred.", {}))
        answer = self.refuse(400 if status == 422 else status, message, **more)
        if status == 429:
            answer.headers["retry-after"] = str(args.get("retry_after", 30))
        return answer


DIALECTS: Mapping[str, Dialect] = {
    "replicate": ReplicateDialect(),
    "together": TogetherDialect(),
    "nebius": NebiusDialect(),
    "hub": HubDialect(),
    "stripe": StripeDialect(),
}
