"""Nodes: the physical world, where containers run, and the programs that change it.

What the API server stores is what people want and what programs report; whether a process runs somewhere is another
matter.  It is kept apart here: only a kubelet starts and stops containers, on its own node, and its crash loses its
memory, not them.

- ``containers``  what runs on a node, and the events of its start and end
- ``kubelet``     the reconciler that makes a node run what is bound to it

Left out, and so the bugs that it hides: images, volumes and probes, containers that end by themselves, the status that
a kubelet reports, static pods, evictions by the kubelet, and what a node does without its kubelet.
"""
