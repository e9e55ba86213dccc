"""Photographs blurred as cameras do it: pairs of what was taken and what should come back."""

import io
import math
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

SIDE = 128  # of a training crop, in pixels
EDGE = 34  # blurred with it and then cut away, so that nothing outside is guessed


def linear(x):
    return torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055).clamp(min=0) ** 2.4)


def encoded(x):
    x = x.clamp(0, 1)
    return torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


def load(paths, longest=(1800, 1100)):
    """Gray 8-bit arrays of each photograph, in sizes at which it is sharp to the pixel."""
    found = []
    for path in paths:
        picture = Image.open(path).convert("RGB")
        for side in longest:
            scale = side / max(picture.size)
            if scale < 1:
                size = [round(s * scale) for s in picture.size]
                found.append(np.asarray(picture.resize(size, Image.LANCZOS).convert("L")))
    return found


def uniform_log(low, high):
    return math.exp(random.uniform(math.log(low), math.log(high)))


def normal(kernel):
    return kernel / kernel.sum()


def gauss(sigma):
    n = max(1, math.ceil(3 * sigma))
    a = torch.arange(-n, n + 1).float()
    line = torch.exp(-a * a / (2 * sigma * sigma))
    return normal(line[:, None] * line[None])


def aperture(radius, rim, blades=0, turn=0.0):
    """A disk or a polygon with a rim that is `rim` pixels wide."""
    fine, n = 5, math.ceil(radius + rim) + 1
    a = (torch.arange((2 * n + 1) * fine) + 0.5) / fine - n - 0.5
    y, x = torch.meshgrid(a, a, indexing="ij")
    distance = (x * x + y * y).sqrt()
    if blades:
        angle = torch.remainder(torch.atan2(y, x) + turn, 2 * math.pi / blades) - math.pi / blades
        distance = distance * torch.cos(angle) / math.cos(math.pi / blades) ** 0.5
    kernel = ((radius - distance) / max(rim, 0.17) + 0.5).clamp(0, 1)
    return normal(F.avg_pool2d(kernel[None, None], fine)[0, 0])


def path_kernel(x, y, n):
    """The kernel of 2 n + 1 pixels a side of a path in pixels, about its middle."""
    x, y = ((v - v.mean()).clamp(-n + 1, n - 1) for v in (x, y))
    kernel = torch.zeros(2 * n + 1, 2 * n + 1)
    x0, y0 = x.floor(), y.floor()
    for dx in (0, 1):
        for dy in (0, 1):
            weight = (1 - (x - x0 - dx).abs()) * (1 - (y - y0 - dy).abs())
            kernel.index_put_(((y0 + dy + n).long(), (x0 + dx + n).long()), weight, accumulate=True)
    return normal(kernel)


def some_path(longest=26):
    """The path of a hand: a smooth curve, now and then a straight line."""
    length = uniform_log(2, longest)
    t = torch.linspace(-1, 1, 240)
    bend = 0.0 if random.random() < 0.3 else random.uniform(0, 0.8)
    angle = random.uniform(0, math.pi)
    along, across = t, bend * (random.gauss(0, 1) * (t * t - 1 / 3) + random.gauss(0, 0.6) * (t ** 3 - 0.6 * t))
    x = (along * math.cos(angle) - across * math.sin(angle)) * length / 2
    y = (along * math.sin(angle) + across * math.cos(angle)) * length / 2
    return x, y


def shaken():
    return path_kernel(*some_path(), 15)


def some_kernel(sharp=0.1):
    kind = random.random()
    if kind < sharp:
        return None
    if kind < 0.76:
        radius = uniform_log(0.6, 11)
        blades = random.choice((0, 0, 0, 5, 6, 7, 8))
        return aperture(radius, random.choice((0.3, 0.8, 1.5, 0.5 * radius)), blades, random.uniform(0, 7))
    if kind < 0.95:
        return gauss(uniform_log(0.5, 3.8))
    return shaken()


def blur(x, kernel):
    if kernel is None:
        return x
    n = kernel.shape[0] // 2
    around = F.pad(x, (n, n, n, n), "reflect")
    if n < 4:
        return F.conv2d(around, kernel[None, None])
    size = around.shape[-2:]
    # The kernel is turned: a correlation, like conv2d.
    spectrum = torch.fft.rfft2(around) * torch.fft.rfft2(kernel.flip(0, 1), s=size)
    return torch.fft.irfft2(spectrum, s=size)[..., 2 * n:, 2 * n:]


def depth_mask(size):
    """What lies nearer: soft like a plane in perspective, or with the edge of an object."""
    mask = F.interpolate(torch.rand(1, 1, 3, 3), size=(size, size), mode="bicubic", align_corners=False)
    return ((mask - 0.5) * random.choice((2, 6, 12, 60)) + 0.5).clamp(0, 1)


def through_lens(light):
    """One blur, one that grows across the picture, or two at different depths."""
    kind = random.random()
    if kind < 0.15:
        radii = sorted(uniform_log(0.5, 11) for _ in range(2))
        steps = [blur(light, aperture(radii[0] + (radii[1] - radii[0]) * i / 3, 0.5)) for i in range(4)]
        place = depth_mask(light.shape[-1]) * 3
        return sum(step * (1 - (place - i).abs()).clamp(min=0) for i, step in enumerate(steps))
    first = some_kernel()
    taken = blur(light, first)
    if kind < 0.45:
        second = some_kernel(0.3)
        mask = blur(depth_mask(light.shape[-1]), second)
        taken = taken * (1 - mask) + blur(light, second) * mask
    return taken


def draw_over(*pictures):
    """A frame, a letterbox or a stroke that was put on after the picture was taken."""
    value, kind, side = random.choice((0.0, 1.0, random.random())), random.random(), pictures[0].shape[-1]
    width = random.randrange(1, side // 3)
    at = random.randrange(side)
    for picture in pictures:
        if kind < 0.4:
            picture[..., :width, :] = value
        elif kind < 0.6:
            picture[..., :width, :] = value
            picture[..., :, -width:] = value
        else:
            picture[..., at:at + 1 + width // 12, :] = value
        if at % 2:
            picture.copy_(picture.flip(-1, -2).transpose(-1, -2).clone())


def cut(photographs, side):
    while True:
        photograph = random.choice(photographs)
        if min(photograph.shape) < side:
            continue
        for _ in range(4):
            i, j = (random.randrange(s - side + 1) for s in photograph.shape)
            crop = photograph[i:i + side, j:j + side]
            if crop.std() > 12:
                return crop


def pair(photographs):
    """A blurred crop and its truth, each 1,1,SIDE,SIDE in 0 … 1."""
    shrink = random.uniform(0.55, 0.95) if random.random() < 0.2 else 1
    final = SIDE + 2 * EDGE
    x = torch.from_numpy(cut(photographs, round(final / shrink)).copy()).float()[None, None] / 255
    if random.random() < 0.5:
        x = x.flip(-1)
    if random.random() < 0.5:
        x = x.transpose(-1, -2)
    x = ((x - 0.5) * random.uniform(0.6, 1.15) + 0.5 + random.uniform(-0.15, 0.15)).clamp(0, 1)
    in_light = random.random() < 0.7
    light = linear(x) if in_light else x
    if random.random() < 0.15:
        light = light * (1 + (x > random.uniform(0.8, 0.97)) * random.uniform(0, 5))
    if random.random() < 0.08:
        y = light.clamp(0, 1)
    else:
        y = through_lens(light)
    y = encoded(y) if in_light else y.clamp(0, 1)
    if shrink < 1:
        x, y = (F.interpolate(v, size=(final, final), mode="bicubic", antialias=True, align_corners=False)
                for v in (x, y))
    noise = torch.randn_like(y) * random.choice((0.001, 0.003, 0.006, 0.012))
    if random.random() < 0.6:
        noise = blur(noise, gauss(random.uniform(0.5, 0.9))) * 1.6
    y = y + noise * (0.5 + y)
    if random.random() < 0.15:
        y = y + random.uniform(0.2, 0.7) * (y - blur(y, gauss(random.uniform(0.7, 1.3))))
    # Some of the grain stays in the truth, so that little is gained by smoothing it away.
    x = x + 0.3 * noise
    x, y = (v[..., EDGE:-EDGE, EDGE:-EDGE].clamp(0, 1).contiguous() for v in (x, y))
    if random.random() < 0.08:
        draw_over(x, y)
    if random.random() < 0.65:
        file = io.BytesIO()
        Image.fromarray((y[0, 0].numpy() * 255 + 0.5).astype(np.uint8)).save(file, "JPEG", quality=random.randrange(65, 99))
        y = torch.from_numpy(np.asarray(Image.open(file)).copy()).float()[None, None] / 255
    else:
        y = (y * 255).round() / 255
    return y, x
