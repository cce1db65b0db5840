"""Conversion of checkpoints to model files."""

import tagger  # noqa: F401 - before onnxruntime, whose telemetry it turns off
