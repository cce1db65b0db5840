"""From checkpoints to model files."""

import tagger  # noqa: F401 - before onnxruntime, which it keeps silent
