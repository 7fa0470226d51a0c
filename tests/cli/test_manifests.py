"""Reading manifests: what is taken, and what is refused where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seatrial.manifests import parse, scenario
from seatrial.model.errors import BadInput
from seatrial.model.scenarios import build

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def values(text: str) -> list[Any]:
    """The objects in a text, without their places."""
    return [each.value for each in parse(text, "m.yaml")]


@given(st.dictionaries(TEXTS.filter(lambda key: key not in {"kind", "items"}), JSON, max_size=4))
def test_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    """Every JSON object is a YAML document that means the same."""
    assert values(json.dumps(value)) == [value]


@given(st.dictionaries(TEXTS.filter(lambda key: key not in {"kind", "items"}), JSON, max_size=4))
def test_what_yaml_writes_is_read_back(value: dict[str, Any]) -> None:
    """Whatever style PyYAML chooses for a value, the value comes back."""
    assert values(yaml.safe_dump(value, allow_unicode=True)) == [value]


def test_documents_are_read_in_order_and_empty_ones_passed_over() -> None:
    """With the place of each."""
    found = parse("---\n# nothing\n---\nkind: A\n---\n---\nkind: B\n...\n", "m.yaml")
    assert [(each.value, each.place) for each in found] == [
        ({"kind": "A"}, "m.yaml:4:1"),
        ({"kind": "B"}, "m.yaml:7:1"),
    ]


def test_lists_are_unpacked() -> None:
    """Also lists of one kind, empty ones, and lists in lists; a field called items makes no list."""
    inner = "{kind: A}, {kind: PodList, items: [{kind: B}]}, {kind: NoneList, items: null}"
    text = f"kind: List\nitems: [{inner}]\n---\nkind: C\nitems: [1]"
    assert values(text) == [{"kind": "A"}, {"kind": "B"}, {"kind": "C", "items": [1]}]


def test_anchors_and_merges_are_written_out() -> None:
    """An alias is the value it names; a merged mapping may be overridden."""
    assert values("a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}") == [
        {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 2}, "e": {"b": 1, "c": 3}}
    ]


def test_words_mean_what_they_mean_to_kubernetes() -> None:
    """Times and 12:30 are texts, keys become texts, numbers are those of JSON and octal ones."""
    text = "a: 2030-01-01\nb: 12:30\nc: yes\nd: 1e3\n1: 0o17\nf: 0644\ng: 0x1f\nh: ~\ni: '5'\nj: 1.5\nk: 1.2.3"
    expected = {
        "a": "2030-01-01",
        "b": "12:30",
        "c": True,
        "d": 1000.0,
        "1": 15,
        "f": 420,
        "g": 31,
        "h": None,
        "i": "5",
    }
    assert values(text) == [{**expected, "j": 1.5, "k": "1.2.3"}]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "m.yaml:2:11", "the key 'c' occurs twice"),
        ("a: &x [*x]", "m.yaml:1:4", "holds itself"),
        ("a: !!binary aGk=", "m.yaml:1:4", "JSON has nothing like"),
        ("a: !!python/object/apply:os.getcwd []", "m.yaml:1:4", "JSON has nothing like"),
        ('a: "\\ud800"', "m.yaml:1:4", "half a character"),
        ("a: .inf", "m.yaml:1:4", "not a JSON number"),
        ("a: !!int many", "m.yaml:1:4", "'many' is no int"),
        ("? [a]\n: 1", "m.yaml:1:3", "a key must be a text"),
        ("a: *nobody", "m.yaml:1:4", "undefined alias"),
        ("a: 'open", "m.yaml:1:9", "unexpected end"),
        ("a: 1\n\tb: 2", "m.yaml:2:1", "cannot start any token"),
        ("kind: A\n--- \nb: \x01", "m.yaml:3:4", "cannot stand in a text"),
        ("a: " + "[" * 5000, "m.yaml", "nested too deep"),
        ("---\n- 1", "m.yaml:2:1", "is no object"),
        ("kind: List\nitems: [{kind: A}, 7]", "m.yaml:1:1: items[1]", "is no object"),
    ],
)
def test_what_is_no_manifest_is_refused_at_its_place(text: str, place: str, said: str) -> None:
    """File, line and column, and what is wrong there."""
    with pytest.raises(BadInput) as caught:
        parse(text, "m.yaml")
    assert caught.value.place == place
    assert said in caught.value.reason


def test_aliases_that_fan_out_are_refused() -> None:
    """Six lines can stand for a million values."""
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcde", "bcdef", strict=True)]
    with pytest.raises(BadInput, match="with the aliases written out"):
        parse("\n".join(lines), "m.yaml")


def test_files_given_together_are_one_workload(tmp_path: Path) -> None:
    """Their objects live in one cluster, namespaces first; a field that the kind lacks is dropped."""
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: n}\nfoo: {bar: 1}\n", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {l: x}}\n", encoding="utf-8"
    )
    made = scenario([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert [each["kind"] for each in made.parameters["objects"]] == ["Namespace", "ConfigMap"]
    stored = {path: kv.value for path, kv in made.machine.initial.keys.items()}
    assert stored["/registry/namespaces/n"].labels["l"] == "x"
    assert stored["/registry/configmaps/n/a"].field("foo.bar") is None
    assert build(made.name, made.parameters).machine.initial == made.machine.initial
