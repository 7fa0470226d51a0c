"""The forms that short texts must have: one complaint for each way in which a text fails."""

from __future__ import annotations

import pytest

from seatrial.model.apiserver import forms
from seatrial.model.apiserver.forms import Form


@pytest.mark.parametrize(
    ("form", "text", "complaints"),
    [
        (forms.dns_label, "web-1", 0),
        (forms.dns_label, "-web", 1),
        (forms.dns_label, "W" * 64, 2),
        (forms.dns_subdomain, "a.b-c.9", 0),
        (forms.dns_subdomain, "a..b", 1),
        (forms.dns_search_path, "_tcp.a", 0),
        (forms.dns_1035_label, "9a", 1),
        (forms.path_segment, "a:b", 0),
        (forms.path_segment, "a/b%", 2),
        (forms.path_segment, "..", 1),
        (forms.path_segment_prefix, "..", 0),
        (forms.qualified_name, "example.com/Name_1.a", 0),
        (forms.qualified_name, "a/b/c", 1),
        (forms.qualified_name, "/a", 1),
        (forms.qualified_name, "", 2),
        (forms.qualified_name, "UPPER/a", 1),
        (forms.qualified_name, "!" * 64, 2),
        (forms.label_value, "", 0),
        (forms.label_value, "a b", 1),
        (forms.port_name, "http-2", 0),
        (forms.port_name, "80", 1),
        (forms.port_name, "-a--b", 2),
        (forms.config_key, "..a", 1),
        (forms.config_key, ".", 1),
        (forms.config_key, ".a", 0),
        (forms.environment_name, "a b", 0),
        (forms.environment_name, "a=b", 1),
        (forms.header_name, "X-A", 0),
        (forms.header_name, "X A", 1),
        (forms.ip_address, "10.0.0.1", 0),
        (forms.ip_address, "fe80::1%eth0", 1),
        (forms.ip_address, "10.0.0", 1),
    ],
)
def test_texts_have_forms(form: Form, text: str, complaints: int) -> None:
    """What is too long and has no form either is complained about twice.

    Source: Kubernetes 1.36, ``apimachinery/pkg/util/validation/validation.go``.
    """
    assert len(form(text)) == complaints


@pytest.mark.parametrize(("number", "valid"), [(0, False), (1, True), (65535, True), (65536, False)])
def test_ports_have_bounds(number: int, *, valid: bool) -> None:
    """A port has sixteen bits and is not zero."""
    assert (not forms.port_number(number)) == valid
