"""Checks, resizes and normalises images one by one, and describes them by features.

Nothing is learned across images, so that test images cannot influence others.
"""

import math

import h5py
import numpy as np
import pandas as pd
from PIL import Image, UnidentifiedImageError
from scipy import stats
from skimage.color import rgb2gray
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern
from skimage.filters import threshold_otsu
from skimage.io import imread
from skimage.measure import label, regionprops_table
from skimage.transform import resize
from tifffile import TiffFile

from omc.core.child import Child, Lost
from omc.core.errors import UserError

CHANNELS = {1: ["grey"], 3: ["grey", "red", "green", "blue"]}
SMALLEST = 8  # pixels per side: smaller images have neither texture nor shape
MOST_PIXELS = 36_000_000  # take 1 GB of memory and 40 seconds
MOST_SECONDS = 400  # for an image, on a busy machine
QUANTILES = [1, 5, 25, 50, 75, 95, 99]
ENTROPY_BINS = 64
GLCM_LEVELS = 32
GLCM_DISTANCES = [1, 2, 4]
GLCM_PROPERTIES = ["contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy"]
LBP_POINTS, LBP_RADIUS = 8, 1
HOG_ORIENTATIONS, HOG_CELLS = 9, 8
SMALLEST_OBJECT = 5  # pixels: smaller objects are noise
OBJECT_PROPERTIES = ["area", "eccentricity", "solidity", "extent", "circularity", "intensity"]

CHECKED = ["sample", "image", "path", "sha256", "reason"]  # reason: why it is broken, or empty
MOST_NAMED = 10  # broken images that an error names


class BrokenImage(Exception):
    """A file that cannot be used as an image; the message is the reason."""


def read_image(path: str) -> np.ndarray:
    """The pixels of a PNG, JPEG or TIFF file as (height, width, 1 or 3) float32.

    Whole numbers become a share of their type's range (0 to 1); floating point stays as it is. A
    palette becomes colour, and transparency is dropped. BrokenImage says why a file is unusable.
    """
    # Decoders raise many kinds of errors for broken files.
    try:
        pixels = _decode(path)
    except BrokenImage:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()).replace(path, "the file")
        raise BrokenImage(f"cannot be read ({type(error).__name__}: {reason})") from error
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4):
        shape = " x ".join(map(str, pixels.shape))
        raise BrokenImage(f"is neither grey nor RGB but an array of {shape}: export one plane")
    height, width, channels = pixels.shape
    if min(height, width) < SMALLEST:
        raise BrokenImage(
            f"has {width} x {height} pixels: at least {SMALLEST} x {SMALLEST} are needed"
        )
    if np.issubdtype(pixels.dtype, np.integer):
        pixels = pixels / np.float32(np.iinfo(pixels.dtype).max)
    pixels = pixels[:, :, : 1 if channels == 1 else 3].astype(np.float32)
    if not np.isfinite(pixels).all():
        raise BrokenImage("holds NaN or infinite pixels")
    return pixels


def _decode(path: str) -> np.ndarray:
    try:
        with Image.open(path) as file:
            count = getattr(file, "n_frames", 1)
            if count > 1:
                raise ValueError(f"it contains {count} images: export one")
            _check_pixels(*file.size)
            image: Image.Image = file
            if image.mode in ("1", "LA", "La"):
                image = image.convert("L")
            elif image.mode not in ("L", "I", "F") and not image.mode.startswith("I;16"):
                image = image.convert("RGB")
            return np.asarray(image)
    except UnidentifiedImageError:
        if not path.lower().endswith((".tif", ".tiff")):
            raise
        with TiffFile(path) as file:
            _check_pixels(*(side for side in file.series[0].shape if side > 4))
        return imread(path)  # colour of 16 bits and the like, which Pillow does not know


def _check_pixels(*sides) -> None:
    if math.prod(sides) > MOST_PIXELS:
        raise BrokenImage(
            f"has {' x '.join(map(str, sides))} pixels: at most {MOST_PIXELS / 1e6:.0f} million are"
            " read: reduce it"
        )


def prepare(pixels: np.ndarray, size) -> tuple[np.ndarray, tuple[float, float]]:
    """An image at the wanted size, and the limits between which `normalise` stretches it.

    pixels: see `read_image`; size: (height, width), whatever the aspect ratio was. An image is
    smoothed before it is reduced (anti-aliasing). The limits are the 1st and 99th percentile of its
    pixels in all channels together, which keeps hues.
    """
    height, width = size
    smaller = pixels.shape[0] > height or pixels.shape[1] > width
    resized = resize(
        pixels, (height, width), order=1, mode="edge", anti_aliasing=smaller, preserve_range=True
    )
    low, high = np.percentile(resized, [1, 99])
    return resized.astype(np.float32), (float(low), float(high))


def read_and_prepare(paths, size):
    """Yield (pixels, limits) of each image, see `prepare`, or a text: why it is broken.

    A child process reads them, since a decoder can crash or hang on a broken file.
    """

    def attempt(path):
        try:
            return prepare(read_image(path), size)
        except BrokenImage as error:
            return str(error)

    with Child(attempt) as child:
        for path in paths:
            try:
                yield child.call(MOST_SECONDS, path)
            except Lost as lost:
                yield f"cannot be read: it {lost}"


def write_prepared(path: str, images) -> None:
    """Write prepared images one by one: (sample, name, pixels, limits) each."""
    samples, names, all_limits = [], [], []
    with h5py.File(path, "w") as file:
        folder = file.create_group("pixels")
        for sample, name, pixels, limits in images:
            folder.create_dataset(str(len(names)), data=pixels)
            samples.append(sample)
            names.append(name)
            all_limits.append(limits)
        text = h5py.string_dtype()
        file.create_dataset("sample", data=samples, dtype=text)
        file.create_dataset("image", data=names, dtype=text)
        file.create_dataset("limits", data=np.reshape(all_limits, (-1, 2)).astype(float))


def read_prepared(path: str):
    """Yield what `write_prepared` wrote, one image at a time."""
    with h5py.File(path) as file:
        texts = (file[name].asstr()[:] for name in ("sample", "image"))
        for i, (sample, name) in enumerate(zip(*texts, strict=True)):
            yield sample, name, file["pixels"][str(i)][:], file["limits"][i]


def normalise(pixels: np.ndarray, limits) -> np.ndarray:
    """Pixels stretched so that the limits become 0 and 1; values beyond are clipped.

    An image with a single value becomes 0. Twin: figures/contact_sheet.R.
    """
    low, high = limits
    if not high > low:
        return np.zeros(pixels.shape)
    return np.clip((pixels.astype(float) - low) / (high - low), 0, 1)


def _grey(pixels: np.ndarray) -> np.ndarray:
    return rgb2gray(pixels) if pixels.shape[2] == 3 else pixels[:, :, 0]


def features_of(pixels: np.ndarray, limits, groups) -> dict[str, float]:
    """Features of one prepared image, NaN where one is undefined.

    pixels, limits: see `prepare`. groups: some of intensity, texture, hog, shape. The names depend
    only on the groups and on whether the image is grey or in colour.
    """
    normal = normalise(pixels, limits)
    grey = _grey(normal)
    describe = {
        "intensity": lambda: intensity(pixels, normal),
        "texture": lambda: texture(grey),
        "hog": lambda: oriented_gradients(grey),
        "shape": lambda: shape(grey),
    }
    return {name: value for group in groups for name, value in describe[group]().items()}


def intensity(pixels: np.ndarray, normal: np.ndarray) -> dict[str, float]:
    """Moments and quantiles of brightness, of grey and of each colour channel.

    Measured before the normalisation, since brightness can be informative (a stain, a label).
    Entropy (bits) is that of the normalised histogram.
    """
    features = {}
    for channel in CHANNELS[pixels.shape[2]]:
        index = CHANNELS[pixels.shape[2]].index(channel) - 1
        values, stretched = (
            (_grey(p) if channel == "grey" else p[:, :, index]).ravel().astype(float)
            for p in (pixels, normal)
        )
        constant = np.ptp(values) == 0
        counts, _ = np.histogram(stretched, ENTROPY_BINS, (0, 1))
        numbers = {
            "mean": values.mean(),
            "sd": values.std(),
            "skewness": np.nan if constant else stats.skew(values),
            "kurtosis": np.nan if constant else stats.kurtosis(values),
            **{
                f"q{q:02d}": value
                for q, value in zip(QUANTILES, np.percentile(values, QUANTILES), strict=True)
            },
            "entropy": stats.entropy(counts, base=2),
        }
        features |= {f"intensity_{channel}_{name}": float(v) for name, v in numbers.items()}
    return features


def texture(grey: np.ndarray) -> dict[str, float]:
    """Grey-level co-occurrence by distance, mean of four directions; local binary patterns.

    Co-occurrence: Haralick et al. 1973, doi:10.1109/TSMC.1973.4309314. Patterns: the histogram of
    the uniform, rotation-invariant ones of Ojala et al. 2002, doi:10.1109/TPAMI.2002.1017623.
    """
    levels = np.minimum(grey * GLCM_LEVELS, GLCM_LEVELS - 1).astype(np.uint8)
    angles = np.arange(4) * np.pi / 4
    matrix = graycomatrix(levels, GLCM_DISTANCES, angles, GLCM_LEVELS, symmetric=True, normed=True)
    features = {}
    for name in GLCM_PROPERTIES:
        for distance, value in zip(
            GLCM_DISTANCES, graycoprops(matrix, name).mean(axis=1), strict=True
        ):
            features[f"texture_glcm_{name}_{distance}px"] = float(value)
    # Whole numbers, so that rounding errors do not order equal neighbours.
    integers = np.round(grey * 255).astype(np.uint8)
    patterns = local_binary_pattern(integers, LBP_POINTS, LBP_RADIUS, method="uniform")
    shares = np.bincount(patterns.astype(int).ravel(), minlength=LBP_POINTS + 2) / patterns.size
    return features | {f"texture_lbp_{i}": float(share) for i, share in enumerate(shares)}


def oriented_gradients(grey: np.ndarray) -> dict[str, float]:
    """Histograms of oriented gradients, summarised: each direction's mean and sd over the cells.

    Dalal and Triggs 2005, doi:10.1109/CVPR.2005.177.
    """
    cell = tuple(max(1, side // HOG_CELLS) for side in grey.shape)
    cells = hog(grey, HOG_ORIENTATIONS, cell, cells_per_block=(2, 2), feature_vector=False)
    cells = cells.reshape(-1, HOG_ORIENTATIONS)
    step = 180 // HOG_ORIENTATIONS
    return {
        f"hog_{i * step}_{name}": float(value)
        for name, values in {"mean": cells.mean(axis=0), "sd": cells.std(axis=0)}.items()
        for i, value in enumerate(values)
    }


def shape(grey: np.ndarray) -> dict[str, float]:
    """Number, size and form of objects, separated from the background by Otsu's threshold.

    The background is the class of most border pixels, so objects may be bright or dark. Mean and sd
    (0 for a single object) are over objects; NaN if there are none. area is a share of the
    image, circularity 4 pi area / perimeter^2. Otsu 1979, doi:10.1109/TSMC.1979.4310076.
    """
    objects = np.zeros(grey.shape, bool)
    if np.ptp(grey) > 0:
        objects = grey > threshold_otsu(grey)
        border = np.concatenate([objects[[0, -1]].ravel(), objects[1:-1, [0, -1]].ravel()])
        if border.mean() > 0.5:
            objects = ~objects
    table = pd.DataFrame(
        regionprops_table(
            label(objects),
            grey,
            properties=[
                "area", "eccentricity", "solidity", "extent", "perimeter", "intensity_mean",
            ],
        )
    ).rename(columns={"intensity_mean": "intensity"})  # fmt: skip
    table = table[table["area"] >= SMALLEST_OBJECT]
    outline = table["perimeter"].where(table["perimeter"] > 0)
    table = table.assign(
        circularity=4 * np.pi * table["area"] / outline**2, area=table["area"] / grey.size
    )
    features = {"shape_count": float(len(table)), "shape_covered": float(table["area"].sum())}
    for name in OBJECT_PROPERTIES:
        features[f"shape_{name}_mean"] = float(table[name].mean())
        features[f"shape_{name}_sd"] = float(table[name].std(ddof=0))
    return features


def feature_names(groups, channels: int) -> list[str]:
    """Names of the features of an image with 1 or 3 channels, in order."""
    blank = np.zeros((SMALLEST, SMALLEST, channels), np.float32)
    return list(features_of(blank, (0, 0), groups))


def refuse_broken(broken: list[dict], listed: int, policy: str, key: str) -> None:
    """UserError that names the broken images, if they may not be skipped or if no image is left.

    broken: rows with path and reason; listed: number of all images; policy: stop or skip; key: the
    layer's key in the configuration.
    """
    left = listed - len(broken)
    if not broken or (policy == "skip" and left):
        return
    lines = [f"{key}.images: {row['path']} {row['reason']}" for row in broken[:MOST_NAMED]]
    if len(broken) > MOST_NAMED:
        lines.append(f"{key}.images: and {len(broken) - MOST_NAMED} more")
    fix = "correct or remove them" + (f", or set {key}.broken: skip" if left else "")
    lines.append(f"{key}.images: {len(broken)} of {listed} images are broken: {fix}")
    raise UserError("\n".join(lines))


def read_features(path: str) -> pd.DataFrame:
    """A table of features: `sample` and `image` (if present) as text, the rest as numbers."""
    text = {"sample": str, "image": str}
    return pd.read_csv(
        path, dtype=text, keep_default_na=False, na_values=[""], float_precision="round_trip"
    )


def join_features(parts: list[pd.DataFrame], groups) -> pd.DataFrame:
    """The features of all shards, columns `sample`, `image` and then the features.

    If grey and colour images are mixed, the colour channels of grey images are missing.
    """
    table = pd.concat(parts, ignore_index=True)
    names = [name for name in feature_names(groups, 3) if name in table.columns]
    return table[["sample", "image", *names]]


def per_sample(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of each feature over the images of a sample.

    The sd of a single image is missing; if no sample has more than one, there are no sds. Rows are
    in the order of the table.
    """
    groups = table.drop(columns="image").groupby("sample", sort=False)
    statistics = pd.concat({"mean": groups.mean(), "sd": groups.std()}, axis=1)
    columns = [(name, feature) for feature in table.columns[2:] for name in ("mean", "sd")]
    statistics = statistics.reindex(columns=columns)
    if (groups.size() == 1).all():
        statistics = statistics.drop(columns="sd", level=0)
    statistics.columns = [f"{feature}_{name}" for name, feature in statistics.columns]
    return statistics.reset_index()


def per_image(table: pd.DataFrame) -> pd.DataFrame:
    """The features of each image, named `sample/image`."""
    names = table["sample"] + "/" + table["image"]
    return table.drop(columns="image").assign(sample=names)
