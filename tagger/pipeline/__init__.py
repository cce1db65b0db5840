"""Inputs to outputs: the Unix filter, and the annotation of files one by one."""
