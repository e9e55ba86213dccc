#!/usr/bin/env python3
"""Trains the judge: train.py PHOTOGRAPHS.txt OUT.pt [--steps N] [--seed N] [--rate R] [--start FILE]

PHOTOGRAPHS.txt names photographs, one a line. The result depends on them, the number of steps, the rate, the
seed and what it starts from alone. Prints running means of the gain in dB.
"""

import argparse
import math
import random
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import blurred
from judge import Bank, Judge

BATCH, WARM_UP, WORKERS = 8, 200, 1
SPOILED = 38  # dB: what is nearer to its truth than this counts as sharp in the figures


class Crops(IterableDataset):
    def __init__(self, photographs, seed):
        self.photographs, self.seed = photographs, seed

    def __iter__(self):
        torch.set_num_threads(1)
        random.seed(self.seed + 1000 * get_worker_info().id)
        torch.manual_seed(self.seed + 1000 * get_worker_info().id)
        while True:
            drawn = [blurred.pair(self.photographs) for _ in range(BATCH)]
            yield torch.cat([d[0] for d in drawn]), torch.cat([d[1] for d in drawn])


def weights_of(path):
    """Of an earlier run's FILE.pt, or of what export.py made of one."""
    if not path.endswith(".onnx"):
        return torch.load(path, weights_only=True)
    import onnx
    from onnx import numpy_helper
    stored = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in onnx.load(path).graph.initializer}
    return {name.removeprefix("judge."): w for name, w in stored.items() if name.startswith("judge.")}


def decibel(a, b, border=8):
    error = ((a - b) ** 2)[..., border:-border, border:-border].mean((1, 2, 3))
    return -10 * torch.log10(error + 1e-8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs")
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="more are only faster on an idle machine")
    parser.add_argument("--rate", type=float, default=1.0e-3, help="the highest learning rate (default 0.001)")
    parser.add_argument("--start", help="weights to go on from: FILE.pt or judge.onnx")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    with open(options.photographs, encoding="utf-8") as lines:
        paths = [line.split("#")[0].strip() for line in lines]
    photographs = blurred.load([path for path in paths if path])
    bank, judge = Bank(), Judge()
    if options.start:
        judge.load_state_dict(weights_of(options.start))
    judge = judge.to(memory_format=torch.channels_last)
    print(f"{len(photographs)} arrays, {sum(p.numel() for p in judge.parameters())} parameters", flush=True)
    optimiser = torch.optim.AdamW(judge.parameters(), options.rate, betas=(0.9, 0.99), weight_decay=1e-4)
    began, means = time.monotonic(), [0.0, 0.0]
    loader = DataLoader(Crops(photographs, options.seed), batch_size=None, num_workers=WORKERS, prefetch_factor=4)
    for step, (y, x) in zip(range(options.steps), loader):
        rate = options.rate * min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / options.steps)) + 0.01 * options.rate
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.no_grad():
            members = bank(y).contiguous(memory_format=torch.channels_last)
        result, _ = judge(members)
        difference = result - x
        loss = (difference ** 2 + 1e-6).sqrt().mean() + 8 * (difference ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            before, after = decibel(y, x), decibel(result, x)
        for i, spoiled in enumerate((before < SPOILED).tolist()):
            means[spoiled] += 0.005 * ((after[i] - before[i]).item() - means[spoiled])
        if (step + 1) % 50 == 0:
            print(f"{step + 1} {time.monotonic() - began:.0f} s, gain {means[1]:.2f} dB, of sharp crops {means[0]:.2f} dB", flush=True)
            torch.save(judge.state_dict(), options.out)
    torch.save(judge.state_dict(), options.out)


if __name__ == "__main__":
    main()
