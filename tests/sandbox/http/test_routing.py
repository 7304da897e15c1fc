"""Which handler of the sandbox gets a request, and what is said when there is none."""

from __future__ import annotations

import httpx

from tests.support.sandbox_calls import ANNOTATIONS, ME


def test_an_unknown_path_gets_404(client: httpx.Client) -> None:
    for path in ("/", ME + "/x", "/x" + ME, "/api/app/projects/x/annotations"):
        assert client.get(path).status_code == 404, path


def test_a_wrong_method_gets_405_with_the_allowed_ones(client: httpx.Client) -> None:
    response = client.delete(ANNOTATIONS)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")
    assert response.json()["status"] == "error"
    assert client.get(ME).status_code == 200
