#!/usr/bin/env python3
"""Writes the trained judge for ONNX Runtime: export.py JUDGE.pt OUT.onnx

Input "bank": 1,MEMBERS,H,W. Outputs "luma": 1,1,H,W and "weights": 1,MEMBERS,H/8,W/8, the means of cells.
"""

import hashlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

from judge import MEMBERS, Judge


class Exported(nn.Module):
    def __init__(self, judge):
        super().__init__()
        self.judge = judge

    def forward(self, bank):
        luma, weights = self.judge(bank)
        return luma, F.avg_pool2d(weights, 8)


def main():
    source, target = sys.argv[1:]
    judge = Judge()
    judge.load_state_dict(torch.load(source, weights_only=True))
    example = torch.rand(1, MEMBERS, 64, 96)
    sides = {2: "height", 3: "width"}
    cells = {2: "rows", 3: "columns"}
    torch.onnx.export(
        Exported(judge.eval()), (example,), target, opset_version=17, dynamo=False,
        input_names=["bank"], output_names=["luma", "weights"],
        dynamic_axes={"bank": sides, "luma": sides, "weights": cells},
    )
    with open(target, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), target)


main()
