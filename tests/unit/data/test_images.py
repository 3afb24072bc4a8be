"""Images: listing, reading, and features with known values."""

import faulthandler
import math
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

from omc.core.errors import UserError
from omc.data import images
from omc.data.image_files import in_shard, list_images, shard_names
from omc.data.images import (
    BrokenImage,
    feature_names,
    features_of,
    intensity,
    join_features,
    normalise,
    oriented_gradients,
    per_sample,
    prepare,
    read_image,
    shape,
    texture,
)

GROUPS = ["intensity", "texture", "hog", "shape"]


def save(path, pixels, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(path)
    return str(path)


def disc(side=64, radius=20, centre=(32, 32)):
    rows, columns = np.mgrid[:side, :side]
    return ((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 <= radius**2).astype(float)


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


# ---------------------------------------------------------------------------------- listing images


def test_a_folder_of_images_and_of_folders(tmp_path):
    for name in (
        "b.png",
        "A.PNG",
        "c/2.png",
        "c/1.png",
        "c/deep/3.png",
        "notes.txt",
        ".hidden.png",
    ):
        touch(tmp_path / name)
    result = list_images(str(tmp_path), "*.png", "layer")
    assert [(image.sample, image.name) for image in result] == [
        ("A", "A.PNG"), ("b", "b.png"), ("c", "1.png"), ("c", "2.png"),
    ]  # fmt: skip
    assert result[2].path == str(tmp_path / "c" / "1.png")


def test_a_sheet_of_images(tmp_path):
    sheet = tmp_path / "images.csv"
    sheet.write_text("image,sample\nplate2/x.png,S1\nplate1/x.png,S1\n", encoding="utf-8")
    touch(tmp_path / "plate1" / "x.png")
    touch(tmp_path / "plate2" / "x.png")
    result = list_images(str(sheet), "*.png", "layer")
    assert [image.name for image in result] == ["plate1/x.png", "plate2/x.png"]
    assert result[0].path == str(tmp_path / "plate1" / "x.png")


@pytest.mark.parametrize(
    ("files", "sheet", "expected"),
    [
        ([], None, ["'*.png'", "nothing", "layer.pattern"]),
        (["a.tif"], None, ["'*.png'", "a.tif", "layer.pattern"]),
        (["A.png", "A/A.png"], None, ["'A'", "two images", "'A.png'"]),
        ([], "sample\timage\nA\tgone.png\n", ["1 of 1 images", "gone.png", "relative to it"]),
        (
            ["x.png"],
            "sample\timage\nA\timages/x.png\nA\timages/x.png\n",
            ["'A'", "two images", "'images/x.png'"],
        ),
        ([], "sample\tfile\nA\tx.png\n", ["no column 'image'", "sample, file"]),
        ([], "sample\timage\n", ["lists no image"]),
        ([], "sample\timage\nA\n", ["row 1 of", "lacks"]),
    ],
)
def test_a_wrong_source_is_one_sentence(tmp_path, files, sheet, expected):
    source = tmp_path / "images"
    source.mkdir()
    for name in files:
        touch(source / name)
    if sheet is not None:
        source = tmp_path / "images.tsv"
        source.write_text(sheet, encoding="utf-8")
    with pytest.raises(UserError) as error:
        list_images(str(source), "*.png", "layer")
    for part in ["layer.", *expected]:
        assert part in str(error.value)


def test_a_file_that_is_no_sheet_is_named(tmp_path):
    path = save(tmp_path / "one.png", np.full((9, 9), 200, np.uint8))
    with pytest.raises(UserError, match=r"neither a folder nor a sheet"):
        list_images(path, "*.png", "layer")


def test_a_link_that_leads_nowhere_or_back_is_named(tmp_path):
    touch(tmp_path / "a" / "1.png")
    for link, target, message in [
        ("gone.png", "nothing.png", "gone.png is a broken link"),
        ("round.png", "round.png", "round.png cannot be read .Too many levels of symbolic links"),
        ("again", ".", "again is a link to a folder that contains it"),
        ("up", "..", "up is a link to a folder that contains it"),
    ]:
        (tmp_path / link).symlink_to(target)
        with pytest.raises(UserError, match=f"^k.images: {tmp_path}/{message}"):
            list_images(str(tmp_path), "*.png", "k")
        (tmp_path / link).unlink()
    (tmp_path / "b").symlink_to("a")
    assert [image.sample for image in list_images(str(tmp_path), "*.png", "k")] == ["a", "b"]


def test_a_row_with_more_fields_than_the_header_is_named(tmp_path):
    sheet = tmp_path / "images.csv"
    sheet.write_text("sample,image\na,b,c.png\n", encoding="utf-8")
    with pytest.raises(UserError, match="k.images: row 1 of .*images.csv has more fields"):
        list_images(str(sheet), "*.png", "k")


def test_every_image_is_in_one_shard():
    images = list(range(1001))
    names = shard_names(len(images), "auto")
    assert names == ["1of3", "2of3", "3of3"]
    shards = [in_shard(images, name) for name in names]
    assert sum(shards, []) == images and max(map(len, shards)) <= 500
    assert shard_names(2, 5) == ["1of2", "2of2"]


# --------------------------------------------------------------------------------- reading an image


def test_a_decoder_that_crashes_or_hangs_costs_its_image_alone(tmp_path, monkeypatch):
    ways = {"crash": lambda: [faulthandler.disable(), os.abort()], "hang": signal.pause}
    names = ["a", "crash", "b", "hang", "c"]
    paths = [save(tmp_path / f"{n}.png", np.full((9, 9), 200, np.uint8)) for n in names]
    decode = images._decode
    monkeypatch.setattr(
        images, "_decode", lambda path: (ways.get(Path(path).stem) or (lambda: decode(path)))()
    )
    monkeypatch.setattr(images, "MOST_SECONDS", 5)
    results = list(images.read_and_prepare(paths, (9, 9)))
    assert [type(result) is tuple for result in results] == [True, False, True, False, True]
    assert results[1] == "cannot be read: it ends the process (signal SIGABRT)"
    assert results[3] == "cannot be read: it takes more than 5 s"
    np.testing.assert_array_equal(results[4][0], prepare(read_image(paths[4]), (9, 9))[0])


def test_whole_numbers_become_a_share_of_their_range(tmp_path):
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    sixteen = eight.astype(np.uint16) * 257
    expected = (eight / 255)[:, :, None]
    paths = [
        save(tmp_path / "8.png", eight),
        save(tmp_path / "16.png", sixteen),
        save(tmp_path / "8.tif", eight),
    ]
    tifffile.imwrite(tmp_path / "16.TIFF", sixteen)
    for path in [*paths, str(tmp_path / "16.TIFF")]:
        np.testing.assert_allclose(read_image(path), expected, atol=1e-6, err_msg=path)


def test_floating_point_stays_as_it_is(tmp_path):
    values = np.linspace(-3, 900, 100, dtype=np.float32).reshape(10, 10)
    tifffile.imwrite(tmp_path / "x.tif", values)
    np.testing.assert_array_equal(read_image(str(tmp_path / "x.tif"))[:, :, 0], values)


def test_colour_in_all_its_forms(tmp_path):
    orange = np.tile(np.array([255, 128, 0], np.uint8), (12, 10, 1))
    expected = np.tile(np.float32([1, 128 / 255, 0]), (12, 10, 1))
    paths = [
        save(tmp_path / "rgb.png", orange),
        save(tmp_path / "rgba.png", orange, "RGBA"),
        save(tmp_path / "palette.png", orange, "P"),
        save(tmp_path / "palette.tif", orange, "P"),
        save(tmp_path / "rgb.tif", orange),
    ]
    tifffile.imwrite(
        tmp_path / "planes.tif", np.moveaxis(orange, -1, 0), photometric="rgb",
        planarconfig="separate",
    )  # fmt: skip
    tifffile.imwrite(tmp_path / "deep.tif", orange.astype(np.uint16) * 257, photometric="rgb")
    for path in [*paths, str(tmp_path / "planes.tif"), str(tmp_path / "deep.tif")]:
        tolerance = 0.11 if "palette" in path else 1e-6  # the palette has no such orange
        np.testing.assert_allclose(read_image(path), expected, atol=tolerance, err_msg=path)
    save(tmp_path / "lossy.jpg", orange)
    np.testing.assert_allclose(read_image(str(tmp_path / "lossy.jpg")), expected, atol=0.02)


def test_black_and_white_and_its_inverse(tmp_path):
    white = np.zeros((16, 16), bool)
    white[:4] = True
    expected = white[:, :, None].astype(float)
    inverse = (~white).astype(np.uint8) * 255
    tifffile.imwrite(tmp_path / "inverse.tif", inverse, photometric="miniswhite")
    for path in (
        save(tmp_path / "bits.png", white),
        save(tmp_path / "bits.tif", white),
        str(tmp_path / "inverse.tif"),
    ):
        np.testing.assert_array_equal(read_image(path), expected, err_msg=path)


def test_a_broken_file_says_why(tmp_path):
    rng = np.random.default_rng(1)
    intact = save(tmp_path / "whole.png", rng.integers(0, 256, (64, 64), np.uint8))
    cut = tmp_path / "cut.png"
    cut.write_bytes(open(intact, "rb").read()[:2000])
    text = tmp_path / "text.png"
    text.write_text("no image", encoding="utf-8")
    stack = tmp_path / "stack.tif"
    tifffile.imwrite(stack, np.zeros((5, 16, 16), np.uint8))
    holes = tmp_path / "holes.tif"
    tifffile.imwrite(holes, np.full((16, 16), np.nan, np.float32))
    touch(tmp_path / "empty.tif")
    for path, reason in {
        cut: "cannot be read.*truncated",
        text: "cannot be read.*UnidentifiedImageError",
        tmp_path / "empty.tif": "cannot be read",
        tmp_path / "gone.png": "cannot be read.*FileNotFoundError",
        save(tmp_path / "dot.png", np.zeros((1, 1), np.uint8)): "1 x 1 pixels: at least 8 x 8",
        stack: "5 images: export one",
        holes: "NaN",
    }.items():
        with pytest.raises(BrokenImage, match=reason) as error:
            read_image(str(path))
        assert "\n" not in str(error.value)


# ------------------------------------------------------------------------------------- preparation


def test_an_image_of_too_many_pixels_is_not_decoded(tmp_path, monkeypatch):
    small = save(tmp_path / "a.png", np.zeros((20, 30), np.uint8))
    deep = str(tmp_path / "b.tif")
    tifffile.imwrite(deep, np.zeros((20, 30, 3), np.uint16))
    assert read_image(small).shape[:2] == read_image(deep).shape[:2]
    monkeypatch.setattr(images, "MOST_PIXELS", 599)
    monkeypatch.setattr(images, "imread", None)
    for path in (small, deep):
        with pytest.raises(BrokenImage, match="^has .*20.* pixels: at most .* reduce it"):
            read_image(path)


def test_shrinking_is_smoothed_and_keeps_the_mean():
    stripes = np.tile(np.float32([0, 1]), (128, 64))[:, :, None]
    resized, _ = prepare(stripes, (32, 16))
    assert resized.shape == (32, 16, 1)
    # Every fourth or eighth column of the stripes alone would be all black.
    np.testing.assert_allclose(resized[:, 2:-2], 0.5, atol=0.05)


def test_normalisation_is_between_percentiles_and_ignores_exposure():
    rng = np.random.default_rng(2)
    pixels = rng.random((64, 64, 1)).astype(np.float32)
    pixels[0, 0] = 50  # a hot pixel
    one, limits = prepare(pixels, (64, 64))
    assert limits == pytest.approx((0.01, 0.99), abs=0.01)
    normal = normalise(one, limits)
    assert normal.min() == 0 and normal.max() == 1
    other, other_limits = prepare(pixels * 0.2 + 0.3, (64, 64))
    np.testing.assert_allclose(normalise(other, other_limits), normal, atol=1e-5)


def test_hues_stay_in_the_normalisation():
    pixels = np.zeros((32, 32, 3), np.float32)
    pixels[:16] = [0.8, 0.4, 0.2]
    normal = normalise(*prepare(pixels, (32, 32)))
    np.testing.assert_allclose(normal[4, 4], [1, 0.5, 0.25], atol=1e-6)


def test_an_image_of_one_value_becomes_zero():
    resized, limits = prepare(np.full((9, 9, 1), 0.7, np.float32), (16, 16))
    assert not normalise(resized, limits).any()


# ---------------------------------------------------------------------------------------- features


def test_a_constant_image():
    result = features_of(*prepare(np.full((64, 64, 1), 0.5, np.float32), (64, 64)), GROUPS)
    for name in ("mean", "q01", "q50", "q99"):
        assert result[f"intensity_grey_{name}"] == pytest.approx(0.5)
    assert result["intensity_grey_sd"] == result["intensity_grey_entropy"] == 0
    assert result["texture_glcm_contrast_1px"] == 0
    assert result["texture_glcm_homogeneity_4px"] == result["texture_glcm_energy_1px"] == 1
    assert result["texture_lbp_8"] == 1  # all eight neighbours as bright
    assert result["shape_count"] == result["shape_covered"] == 0
    undefined = {name for name, value in result.items() if math.isnan(value)}
    assert undefined == {
        "intensity_grey_skewness", "intensity_grey_kurtosis",
        *(name for name in result if name.startswith("shape_") and name[-2:] in ("an", "sd")),
    }  # fmt: skip


def test_a_checkerboard():
    board = (np.indices((64, 64)).sum(axis=0) % 2).astype(float)
    result = texture(board)
    # Horizontal and vertical neighbours are 31 levels away; diagonal ones are equal.
    assert result["texture_glcm_contrast_1px"] == pytest.approx(31**2 / 2)
    assert result["texture_glcm_correlation_1px"] == pytest.approx(0, abs=1e-3)
    assert result["texture_glcm_contrast_2px"] == pytest.approx(0)
    assert result["texture_glcm_correlation_2px"] == pytest.approx(1)
    assert result["texture_glcm_energy_2px"] == pytest.approx(math.sqrt(0.5), abs=1e-3)
    assert sum(v for n, v in result.items() if "lbp" in n) == pytest.approx(1)


def test_intensity_of_two_values_by_channel():
    pixels = np.zeros((20, 20, 3), np.float32)
    pixels[:5, :, 0] = 1
    result = intensity(pixels, pixels)
    assert result["intensity_red_mean"] == pytest.approx(0.25)
    assert result["intensity_red_sd"] == pytest.approx(math.sqrt(3) / 4)
    assert result["intensity_red_skewness"] == pytest.approx(2 / math.sqrt(3))
    assert result["intensity_red_entropy"] == pytest.approx(2 - 0.75 * math.log2(3))
    assert result["intensity_grey_mean"] == pytest.approx(0.25 * 0.2125)
    assert result["intensity_blue_q99"] == result["intensity_green_sd"] == 0


def test_gradients_of_stripes_have_one_direction():
    stripes = np.tile((np.arange(64) % 8 < 4).astype(float), (64, 1))
    upright, lying = oriented_gradients(stripes), oriented_gradients(stripes.T)
    means = [f"hog_{degrees}_mean" for degrees in range(0, 180, 20)]
    assert max(means, key=upright.get) == "hog_0_mean"
    assert max(means, key=lying.get) == "hog_80_mean"
    assert upright["hog_80_mean"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("dark", [False, True])
def test_a_disc_bright_or_dark(dark):
    image = disc()
    result = shape(1 - image if dark else image)
    assert result["shape_count"] == 1
    share = image.mean()
    assert result["shape_covered"] == pytest.approx(share)
    assert result["shape_area_mean"] == pytest.approx(share)
    assert result["shape_eccentricity_mean"] == pytest.approx(0, abs=0.05)
    assert result["shape_solidity_mean"] > 0.95
    assert result["shape_circularity_mean"] == pytest.approx(1, abs=0.1)
    assert result["shape_intensity_mean"] == (0 if dark else 1)
    assert result["shape_area_sd"] == 0


def test_two_discs_and_a_speck():
    image = disc(radius=8, centre=(16, 16)) + disc(radius=16, centre=(44, 44))
    image[5, 60] = 1
    result = shape(image)
    areas = np.pi * np.array([8, 16]) ** 2 / 64**2
    assert result["shape_count"] == 2
    assert result["shape_area_mean"] == pytest.approx(areas.mean(), rel=0.03)
    assert result["shape_area_sd"] == pytest.approx(areas.std(), rel=0.03)


@pytest.mark.parametrize("channels", [1, 3])
def test_names_and_order_are_fixed(channels):
    rng = np.random.default_rng(3)
    noise = rng.random((40, 30, channels)).astype(np.float32)
    result = features_of(*prepare(noise, (32, 32)), GROUPS)
    assert list(result) == feature_names(GROUPS, channels)
    assert all(math.isfinite(value) for value in result.values())
    assert list(features_of(*prepare(noise, (8, 8)), ["hog", "shape"])) == feature_names(
        ["hog", "shape"], channels
    )


# ----------------------------------------------------------------------------------------- joining


def test_shards_of_grey_and_colour_are_joined():
    rows = {
        channels: pd.DataFrame(
            [{"sample": "S", "image": str(channels), **dict.fromkeys(names, float(channels))}]
        )
        for channels in (1, 3)
        for names in [feature_names(["intensity"], channels)]
    }
    table = join_features([rows[1], rows[3]], ["intensity"])
    assert list(table) == ["sample", "image", *feature_names(["intensity"], 3)]
    assert table["intensity_grey_mean"].tolist() == [1, 3]
    assert math.isnan(table["intensity_red_mean"][0]) and table["intensity_red_mean"][1] == 3


def test_a_sample_is_the_mean_and_spread_of_its_images():
    table = pd.DataFrame(
        {"sample": ["b", "b", "a", "b"], "image": list("1212"), "f": [1, 2, 7, np.nan]}
    )
    result = per_sample(table)
    assert list(result) == ["sample", "f_mean", "f_sd"] and result["sample"].tolist() == ["b", "a"]
    assert result["f_mean"].tolist() == [1.5, 7]
    assert result["f_sd"][0] == pytest.approx(math.sqrt(0.5)) and math.isnan(result["f_sd"][1])


def test_samples_of_one_image_have_no_spread():
    table = pd.DataFrame({"sample": ["b", "a"], "image": ["1", "2"], "f": [1.0, 7.0]})
    assert list(per_sample(table)) == ["sample", "f_mean"]
