"""The judge: a small network that weighs a bank of deconvolutions pixel by pixel.

The bank is what service/engine/learned/bank.cpp computes: luma, each member one regularised division
in the frequency domain. `transfers` and `REGULARISATION` are the same there; tests/engine/learned_test.cpp compares.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

DISKS = (1.0, 1.4, 1.9, 2.5, 3.3, 4.4, 5.8, 7.7, 10.2)  # radius in pixels
GAUSSES = (0.8, 1.3, 2.0, 3.2)  # standard deviation in pixels
RIM = 0.35  # softness of a disk's rim, standard deviation in pixels
REGULARISATION = (0.012, 0.0008)  # of gradients and of values
MARGIN = 32  # pixels around a tile, mirrored at the picture's border
RANGE = (-0.2, 1.2)  # what a deconvolution may return
MEMBERS = 1 + len(DISKS) + len(GAUSSES)  # the first is the picture itself


def transfers(height, width):
    """Transfer functions of the bank's blurs at the frequencies of rfft2: members - 1, height, width / 2 + 1."""
    fy = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
    fx = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
    f = (fx * fx + fy * fy).sqrt()
    rim = torch.exp(-2 * (math.pi * RIM * f) ** 2)
    disks = []
    for radius in DISKS:
        a = 2 * math.pi * radius * f
        disks.append(torch.where(a < 1e-6, 1.0, 2 * torch.special.bessel_j1(a) / a.clamp(min=1e-6)) * rim)
    gausses = [torch.exp(-2 * (math.pi * s * f) ** 2) for s in GAUSSES]
    return torch.stack(disks + gausses)


def divide(luma, inverse_of):
    """Luma N,1,H,W deconvolved by inverse_of(height, width), K spectra: N,1 + K,H,W, the picture first."""
    around = F.pad(luma, (MARGIN,) * 4, "reflect")
    size = around.shape[-2:]
    undone = torch.fft.irfft2(torch.fft.rfft2(around) * inverse_of(*size), size)
    return torch.cat([luma, undone[..., MARGIN:-MARGIN, MARGIN:-MARGIN].clamp(*RANGE)], 1)


def gradient_power(height, width):
    fy = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
    fx = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
    return (2 * torch.sin(math.pi * fy)) ** 2 + (2 * torch.sin(math.pi * fx)) ** 2


class Bank(nn.Module):
    """Luma N,1,H,W in 0 … 1 becomes N,MEMBERS,H,W: the picture, then its deconvolutions."""

    def __init__(self):
        super().__init__()
        self.inverses = {}

    def inverse(self, height, width):
        if (height, width) not in self.inverses:
            transfer = transfers(height, width)
            weight = REGULARISATION[0] * gradient_power(height, width) + REGULARISATION[1]
            self.inverses[height, width] = (transfer / (transfer ** 2 + weight)).float()
        return self.inverses[height, width]

    def forward(self, luma):
        return divide(luma, self.inverse)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


class Judge(nn.Module):
    """A bank N,MEMBERS,H,W (H and W multiples of 16) becomes the result N,1,H,W and the members' weights
    N,MEMBERS,H,W, which sum to 1. It starts by leaving the picture as it is."""

    def __init__(self, width=24):
        super().__init__()
        a, b, c = width * 2, width * 3, width * 4
        self.enter = nn.Conv2d(MEMBERS * 4, a, 3, padding=1)
        self.down1, self.work1 = nn.Conv2d(a, a, 3, 2, 1), Block(a)
        self.down2, self.work2 = nn.Conv2d(a, b, 3, 2, 1), nn.Sequential(Block(b), Block(b))
        self.down3, self.work3 = nn.Conv2d(b, c, 3, 2, 1), nn.Sequential(Block(c), Block(c))
        self.up2, self.merge2 = nn.Conv2d(c, b, 1), Block(b)
        self.up1, self.merge1 = nn.Conv2d(b, a, 1), Block(a)
        self.weigh = nn.Conv2d(a, MEMBERS, 3, padding=1)
        self.touch_up = nn.Conv2d(a, 4, 3, padding=1)
        for last in (self.weigh, self.touch_up):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        with torch.no_grad():
            self.weigh.bias[0] = 4

    def forward(self, bank):
        picture, undone = bank[:, :1], bank[:, 1:]
        seen = torch.cat([picture - 0.5, (undone - picture) * 3], 1)
        half = F.relu(self.enter(F.pixel_unshuffle(seen, 2)))
        quarter = self.work1(self.down1(half))
        eighth = self.work2(self.down2(F.relu(quarter)))
        sixteenth = self.work3(self.down3(F.relu(eighth)))
        eighth = self.merge2(eighth + twice(self.up2(sixteenth)))
        quarter = self.merge1(quarter + twice(self.up1(eighth)))
        half = F.relu(half + twice(quarter))
        weights = twice(self.weigh(half)).softmax(1)
        result = (weights * bank).sum(1, keepdim=True)
        return result + F.pixel_shuffle(self.touch_up(half), 2) * 0.3, weights


def twice(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
