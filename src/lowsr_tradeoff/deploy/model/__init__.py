"""Networks put to use: model folders, answers to files, ONNX and int8."""
