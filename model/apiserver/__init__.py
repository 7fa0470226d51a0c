"""The API server's request processing, as pure functions over frozen values.

Lives here: one file a stage, in the order in which a real server takes them, the first error winning::

    authentication, impersonation   who asks                                  401 403
    authorization what is wanted, and who may do it                            403
    discovery     paths that name no resource                                  404
    routes, rest  an HTTP request becomes a Request                            404 405 400
    negotiation   in which form the answer is wanted                           406
    reviews       questions that are answered and not stored                   422 201
    decoding      options, body, name and namespace against the URL            415 422 400
    defaulting    what the object leaves open is filled in
    patching      a PATCH is applied to what is there                          400 413 422
    owners        an owner that is named twice is kept once
    ownership     who owns which field; server-side apply                      400 409 500
    admission     plugins change it, and refuse it because of other objects    404 403
    preparation   the server fills in what is its own
    strategies    what differs from kind to kind
    addresses     what a service has for itself                                422
    validation    the object is valid, the change permitted                    422
    desired       these stages in their order, for create, update and patch    404 409 500
    views         kinds that are served in two versions
    definitions   custom kinds come, are served and go                         403
    subresources  parts of an object (scale), requests about one (binding, …)  409 422 429 500
    deletion      preconditions, grace, finalizers of a DELETE                 409
    storage       the loop of copy, compute, one etcd transaction, again       409 404 200 201
    reading       what a GET or LIST demands, and its answer                   400 422 404 410 504
    watching      the frames of a watch
    calls         what a server asks of etcd meanwhile
    front, chain  one request from end to end on an etcd, as a value or over HTTP

What the stages share: ``settings`` (how a server is set up), ``lookup`` (what it knows of other objects), ``causes``,
``forms`` and ``label_selectors`` (validity), ``selectors``, ``field_selectors`` and ``paging`` (lists), ``oddities``
(warnings), ``times``, ``bootstrap`` (what a fresh cluster has).

Everything is a function of what it is given; a server keeps no state of its own but its caches, which belong to whoever
composes a cluster.  What a composition needs is exported here::

    decide(request, copy, current=…, lookup=…)  -> Answer | Reread | Attempt
    attempt.stamped(revision)                   -> Attempt
    after_commit(attempt, revision)             -> Answer | FollowUp
    after_loss(attempt, fresh, lookup=…)        -> Answer | Reread | Attempt
    plan(request)                               -> Plan | Answer         (GET, LIST)
    get_answer(request, copy), list_answer(request, copies, revision)    -> Answer

What is not modelled yet, and which real bugs that hides: conversion between the versions of a custom resource (and of
the fields that are owned in another version); subresources behind which a kubelet stands; the deadline of requests.

Must not know: machines, rules, faults, or who sends requests.
"""

from .answer import Answer, Cause, Details
from .lookup import Lookup
from .reading import Demand, Plan, get_answer, list_answer, plan
from .request import (
    APPLY_PATCH,
    BEGIN,
    JSON,
    JSON_PATCH,
    MERGE_PATCH,
    NO_OPTIONS,
    STRATEGIC_MERGE_PATCH,
    Begin,
    Malformed,
    Mark,
    Options,
    Remove,
    Request,
    Verb,
    create,
    delete,
    get,
    list_,
    patch,
    update,
)
from .settings import ADMIN, ANONYMOUS, FULL, SMALL, Settings, User
from .storage import Attempt, FollowUp, Outcome, Reread, Stored, after_commit, after_loss, decide

__all__ = [
    "ADMIN",
    "ANONYMOUS",
    "APPLY_PATCH",
    "BEGIN",
    "FULL",
    "JSON",
    "JSON_PATCH",
    "MERGE_PATCH",
    "NO_OPTIONS",
    "SMALL",
    "STRATEGIC_MERGE_PATCH",
    "Answer",
    "Attempt",
    "Begin",
    "Cause",
    "Demand",
    "Details",
    "FollowUp",
    "Lookup",
    "Malformed",
    "Mark",
    "Options",
    "Outcome",
    "Plan",
    "Remove",
    "Request",
    "Reread",
    "Settings",
    "Stored",
    "User",
    "Verb",
    "after_commit",
    "after_loss",
    "create",
    "decide",
    "delete",
    "get",
    "get_answer",
    "list_",
    "list_answer",
    "patch",
    "plan",
    "update",
]
