"""Modules that run in the environments of the peers.

This folder is on their import path, so no file here may have the name of a package that they use.
"""
