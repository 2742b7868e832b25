#!/usr/bin/python3
"""Does an .npz hold what the .safetensors artifact beside it holds? NumPy reads both; every array is compared. Exit 1 if not."""
import json
import struct
import sys

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "I32": "<i4", "U16": "<u2", "I16": "<i2", "I8": "<i1", "U8": "<u1"}
RENAMED = {"accumulator_scale": "scale_accumulator"}


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = {key: json.loads(text) for key, text in header.pop("__metadata__").items() if key != "format"}
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + length + start : 8 + length + end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def expected_arrays(path, npz):
    """The arrays of the artifact as the archive names them, and its metadata."""
    tensors, metadata = read_safetensors(path)
    inputs, neurons, outputs = tensors.pop("sizes")
    shapes = {"W": (neurons, neurons), "W_in": (neurons, inputs), "W_out": (outputs, neurons)}
    expected = {}
    for name, shape in shapes.items():
        if f"{name}.values" in tensors and f"{name}.values" not in npz:
            parts = [tensors.pop(f"{name}.{part}") for part in ("indptr", "indices", "values")]
            tensors[name] = dense(shape, *parts)
        if name in tensors:
            expected[f"{name}_mask"] = tensors[name] != 0
    expected.update({RENAMED.get(name, name): tensor for name, tensor in tensors.items()})
    metadata.pop("history", None)
    if "scales" in metadata:
        requantization, scales = metadata.pop("requantization"), metadata.pop("scales")
        expected["state_max"] = np.array(requantization["stateMax"], "<i4")
        expected["shift"] = np.array(requantization["shift"], "<i4")
        expected.update({f"scale_{name}": np.array(scales[name], "<f8") for name in ("state", "input", "readout")})
    return expected, metadata


def dense(shape, indptr, indices, values):
    out = np.zeros(shape, values.dtype)
    for row in range(shape[0]):
        out[row, indices[indptr[row] : indptr[row + 1]]] = values[indptr[row] : indptr[row + 1]]
    return out


def check(artifact, path):
    npz = np.load(path, allow_pickle=False)
    expected, metadata = expected_arrays(artifact, npz)
    assert set(npz.files) == {*expected, "metadata"}, f"{sorted(npz.files)}, expected {sorted(expected)}"
    assert json.loads(str(npz["metadata"])) == metadata, "the metadata differ"
    for name, array in expected.items():
        found = npz[name]
        assert found.dtype == array.dtype, f"{name} is {found.dtype}, expected {array.dtype}"
        assert found.shape == array.shape, f"{name} has shape {found.shape}, expected {array.shape}"
        assert np.array_equal(found, array), f"{name} differs"
    return len(expected) + 1


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check-npz.py ARTIFACT.safetensors FILE.npz")
    try:
        count = check(*sys.argv[1:])
    except AssertionError as error:
        sys.exit(f"{sys.argv[2]}: {error}")
    print(f"{count} arrays read by NumPy {np.__version__}, all equal")


main()
