"""Volumes of pods.

Lives here: the rules for ``volumes``: one source each, and what a source must say.  Must not know: containers, or
whether what a volume is made of exists.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from ....frozen_json import FrozenMap
from ....quantities import Quantity
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value, not_supported, required
from ...forms import complaints, dns_label, dns_subdomain
from ..reading import maybe_number, number, part, parts, text
from .paths import descending, file_mode, no_backsteps
from .projections import downward_file, key_to_path, projected

Check: TypeAlias = Callable[[FrozenMap, str], Iterator[Cause]]

_HOST_PATH_TYPES: Final = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_ACCESS_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_LARGEST_LUN: Final = 255


def volumes(spec: FrozenMap, at: str, pod_name: str) -> Iterator[Cause]:
    """What is wrong with the volumes.  A pod's name counts: that of a claim is made from it."""
    seen: set[str] = set()
    given = parts(spec, "volumes")
    made = {f"{pod_name}-{text(each, 'name')}" for each in given if part(each, "ephemeral") is not None and pod_name}
    for index, volume in enumerate(given):
        name, field = text(volume, "name"), f"{at}[{index}]"
        causes = [*_source(volume, field, pod_name), *_name(name, f"{field}.name")]
        if name in seen:
            causes.append(duplicate(f"{field}.name", name))
        if not causes:
            seen.add(name)
        yield from causes
        claim = part(volume, "persistentVolumeClaim")
        if claim is not None and text(claim, "claimName") in made:
            why = "must not reference a PVC that gets created for an ephemeral volume"
            yield invalid_value(f"{field}.persistentVolumeClaim.claimName", why)


def valid_volumes(spec: FrozenMap) -> dict[str, FrozenMap]:
    """The volumes that containers can mount, by name: those with nothing wrong."""
    found: dict[str, FrozenMap] = {}
    for volume in parts(spec, "volumes"):
        name = text(volume, "name")
        if name not in found and not any(_source(volume, "", "")) and not any(_name(name, "")):
            found[name] = volume
    return found


def source_causes(name: str, source: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a source of a kind, wherever it stands; nothing with one of no known kind."""
    return _SOURCES.get(name, _needs())(source, at)


def _name(name: str, at: str) -> Iterator[Cause]:
    if not name:
        yield required(at)
    else:
        yield from complaints(at, name, dns_label)


def _source(volume: FrozenMap, at: str, pod_name: str) -> Iterator[Cause]:
    given = [(name, source) for name in _SOURCES if (source := part(volume, name)) is not None]
    if not given:
        yield required(at, "must specify a volume type")
        return
    first, source = given[0]
    yield from _SOURCES[first](source, f"{at}.{_SPELLED.get(first, first)}")
    name = text(volume, "name")
    if first == "ephemeral" and pod_name and name:
        yield from complaints(f"{at}.name", f"{pod_name}-{name}", dns_subdomain)
    for further, _ in given[1:]:
        field = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}.get(further, further)  # as misspelt upstream
        yield forbidden_value(f"{at}.{field}", "may not specify more than 1 volume type")


_SPELLED: Final = {"gcePersistentDisk": "persistentDisk"}
"""Under which name a source is complained about, where that is another one."""


def _needs(*names: str) -> Check:
    def check(source: FrozenMap, at: str) -> Iterator[Cause]:
        for name in names:
            if not source.get(name):
                yield required(f"{at}.{name}")

    return check


def _empty_dir(source: FrozenMap, at: str) -> Iterator[Cause]:
    limit = Quantity.read(source.get("sizeLimit"))
    if limit is not None and limit.value < 0:
        yield forbidden_value(f"{at}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _host_path(source: FrozenMap, at: str) -> Iterator[Cause]:
    path = text(source, "path")
    if not path:
        yield required(f"{at}.path")
        return
    yield from no_backsteps(path, f"{at}.path")
    if text(source, "type") not in _HOST_PATH_TYPES:
        yield not_supported(f"{at}.type", text(source, "type"), _HOST_PATH_TYPES)


def _git_repo(source: FrozenMap, at: str) -> Iterator[Cause]:
    yield from _needs("repository")(source, at)
    yield from descending(text(source, "directory"), f"{at}.directory")


def _files_of(name: str) -> Check:
    """A source that shows the keys of one object as files."""

    def check(source: FrozenMap, at: str) -> Iterator[Cause]:
        if not text(source, name):
            yield required(f"{at}.{name}")
        yield from file_mode(maybe_number(source, "defaultMode"), f"{at}.defaultMode")
        for index, item in enumerate(parts(source, "items")):
            yield from key_to_path(item, f"{at}.items[{index}]")

    return check


def _nfs(source: FrozenMap, at: str) -> Iterator[Cause]:
    yield from _needs("server", "path")(source, at)
    if not text(source, "path").startswith("/"):
        yield invalid_value(f"{at}.path", "must be an absolute path")


def _iscsi(source: FrozenMap, at: str) -> Iterator[Cause]:
    yield from _needs("targetPortal", "iqn")(source, at)
    name = text(source, "iqn")
    if name and not name.startswith(("iqn", "eui", "naa")):
        yield invalid_value(f"{at}.iqn", f'"{name}": must be valid format starting with iqn, eui, or naa')
    if not 0 <= number(source, "lun") <= _LARGEST_LUN:
        yield invalid_value(f"{at}.lun", f"{number(source, 'lun')}: must be between 0 and 255, inclusive")
    if (source.get("chapAuthDiscovery") or source.get("chapAuthSession")) and part(source, "secretRef") is None:
        yield required(f"{at}.secretRef")


def _disk(name: str) -> Check:
    """A disk of a cloud, of which a partition can be named."""

    def check(source: FrozenMap, at: str) -> Iterator[Cause]:
        yield from _needs(name)(source, at)
        partition = number(source, "partition")
        if not 0 <= partition <= _LARGEST_LUN:
            yield invalid_value(f"{at}.partition", f"{partition}: must be between 0 and 255, inclusive")

    return check


def _flocker(source: FrozenMap, at: str) -> Iterator[Cause]:
    name, uid = text(source, "datasetName"), text(source, "datasetUUID")
    if not name and not uid:
        yield required(at, "one of datasetName and datasetUUID is required")
    if name and uid:
        yield invalid_value(at, '"resource": datasetName and datasetUUID can not be specified simultaneously')
    if "/" in name:
        yield invalid_value(f"{at}.datasetName", f"\"{name}\": must not contain '/'")


def _downward(source: FrozenMap, at: str) -> Iterator[Cause]:
    yield from file_mode(maybe_number(source, "defaultMode"), f"{at}.defaultMode")
    for file in parts(source, "items"):
        yield from downward_file(file, at)


def _ephemeral(source: FrozenMap, at: str) -> Iterator[Cause]:
    template = part(source, "volumeClaimTemplate")
    if template is None:
        yield required(f"{at}.volumeClaimTemplate")
        return
    spec = template.get("spec")
    claim = spec if isinstance(spec, FrozenMap) else FrozenMap()
    field = f"{at}.volumeClaimTemplate.spec"
    modes = claim.get("accessModes") or ()
    if not modes:
        yield required(f"{field}.accessModes", "at least 1 access mode is required")
    for mode in modes:
        if mode not in _ACCESS_MODES:
            yield not_supported(f"{field}.accessModes", mode, _ACCESS_MODES)
    resources = claim.get("resources")
    requests = resources.get("requests") if isinstance(resources, FrozenMap) else None
    storage = Quantity.read(requests.get("storage")) if isinstance(requests, FrozenMap) else None
    if storage is None:
        yield required(f"{field}.resources[storage]")
    elif storage.value <= 0:
        yield invalid_value(f"{field}.resources[storage]", f'"{storage}": must be greater than zero')


def _csi(source: FrozenMap, at: str) -> Iterator[Cause]:
    driver = text(source, "driver")
    if not driver:
        yield required(f"{at}.driver")
    else:
        yield from complaints(f"{at}.driver", driver.lower(), dns_subdomain)
    secret = part(source, "nodePublishSecretRef")
    if secret is not None and not text(secret, "name"):
        yield required(f"{at}.nodePublishSecretRef.name")


def _image(source: FrozenMap, at: str) -> Iterator[Cause]:
    if not text(source, "reference"):
        yield required(f"{at}.reference")
    policy = text(source, "pullPolicy")
    if policy and policy not in _PULL_POLICIES:
        yield not_supported(f"{at}.pullPolicy", policy, _PULL_POLICIES)


_SOURCES: Final[dict[str, Check]] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "gitRepo": _git_repo,
    "gcePersistentDisk": _disk("pdName"),
    "awsElasticBlockStore": _disk("volumeID"),
    "secret": _files_of("secretName"),
    "nfs": _nfs,
    "iscsi": _iscsi,
    "glusterfs": _needs("endpoints", "path"),
    "flocker": _flocker,
    "persistentVolumeClaim": _needs("claimName"),
    "rbd": _needs("monitors", "image"),
    "cinder": _needs("volumeID"),
    "cephfs": _needs("monitors"),
    "quobyte": _needs("registry", "volume"),
    "downwardAPI": _downward,
    "fc": _needs(),
    "flexVolume": _needs("driver"),
    "configMap": _files_of("name"),
    "azureFile": _needs("secretName", "shareName"),
    "vsphereVolume": _needs("volumePath"),
    "photonPersistentDisk": _needs("pdID"),
    "portworxVolume": _needs("volumeID"),
    "azureDisk": _needs("diskName", "diskURI"),
    "storageos": _needs(),
    "projected": projected,
    "scaleIO": _needs("gateway", "system", "volumeName"),
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
}
"""What each source must say, in the order in which a real server looks for them."""
