"""The fixture of the tests of the API server."""

from __future__ import annotations

import pytest
from tests.model.apiserver.server import Server, fresh_server


@pytest.fixture
def server() -> Server:
    """A server with the namespace ``shop``."""
    return fresh_server()
