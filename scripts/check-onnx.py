#!/usr/bin/python3
"""Are these files valid ONNX? The official checker with strict shape inference over each file; exit 1 at the first bad one."""
import sys

import onnx


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)


def main():
    paths = sys.argv[1:]
    if not paths:
        sys.exit("usage: check-onnx.py FILE...")
    for path in paths:
        try:
            check(path)
        except Exception as error:  # The checker has several error classes, and parsing has its own.
            print(f"{path}: {error}", file=sys.stderr)
            sys.exit(1)
    print(f"{len(paths)} ONNX files pass the checker of onnx {onnx.__version__}")


main()
