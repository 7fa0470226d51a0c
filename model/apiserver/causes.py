"""What validation finds wrong, in the words of the API.

Lives here: one maker for each reason that a cause of a 422 can have.  Must not know: what is checked.

Source: Kubernetes 1.36, ``apimachinery/pkg/util/validation/field/errors.go``.
"""

from __future__ import annotations

from .answer import Cause


def invalid_value(field: str, why: str) -> Cause:
    """A value that is not allowed."""
    return Cause("FieldValueInvalid", field, f"Invalid value: {why}")


def required(field: str, why: str = "") -> Cause:
    """A value that is missing."""
    return Cause("FieldValueRequired", field, f"Required value: {why}" if why else "Required value")


def forbidden_value(field: str, why: str) -> Cause:
    """A value that may not be there now."""
    return Cause("FieldValueForbidden", field, f"Forbidden: {why}")


def not_supported(field: str, value: object, supported: tuple[str, ...]) -> Cause:
    """A value that is none of the known ones."""
    known = ", ".join(f'"{name}"' for name in supported)
    return Cause("FieldValueNotSupported", field, f"Unsupported value: {value!r}: supported values: {known}")


def duplicate(field: str, value: object) -> Cause:
    """A value that is there already."""
    return Cause("FieldValueDuplicate", field, f"Duplicate value: {value!r}")


def too_long(field: str, longest: int) -> Cause:
    """A value with too many characters or bytes."""
    return Cause("FieldValueTooLong", field, f"Too long: may not be more than {longest} bytes")


def too_many(field: str, most: int) -> Cause:
    """A list with too many items."""
    return Cause("FieldValueTooMany", field, f"Too many: must have at most {most} items")


def not_found(field: str, value: object) -> Cause:
    """A value that names what does not exist."""
    return Cause("FieldValueNotFound", field, f"Not found: {value!r}")
