"""A logo is made anew from its pixels, whatever came with them."""

import base64
import struct
import zlib
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from PIL import Image

from jobs.models import Company
from jobs.services import company_logo, company_profile
from kernel.errors import Invalid
from tests.deliveries import deliver_all
from tests.factories import CompanyFactory, MembershipFactory, viewer_of

BLUE = (10, 20, 200)


@pytest.fixture(autouse=True)
def _own_store(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


def encoded(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: object) -> str:
    written = BytesIO()
    Image.new(mode, size, BLUE if mode == "RGB" else 0).save(written, kind, **how)
    return base64.b64encode(written.getvalue()).decode()


def kept(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        return Image.open(BytesIO(file.read()))


def refusal_of(text: str) -> str:
    with pytest.raises(Invalid) as refusal:
        company_logo.store(text, field="changes.logo")
    assert refusal.value.field == "changes.logo"
    assert not default_storage.exists("logos")
    return str(refusal.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_becomes_webp(kind: str) -> None:
    image = kept(company_logo.store(encoded(kind), field="logo"))
    assert (image.format, image.size) == ("WEBP", (40, 20))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_to_write_colours_is_read(mode: str) -> None:
    assert kept(company_logo.store(encoded("PNG", mode=mode), field="logo")).format == "WEBP"


def test_a_print_image_is_read() -> None:
    assert kept(company_logo.store(encoded("JPEG", mode="CMYK"), field="logo")).mode == "RGB"


def test_a_large_picture_becomes_small() -> None:
    image = kept(company_logo.store(encoded(size=(2_000, 1_000)), field="logo"))
    assert image.size == (512, 256)


def test_nothing_but_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    exif[0x0112] = 6  # lying on its side
    name = company_logo.store(encoded("JPEG", size=(40, 20), exif=exif), field="logo")
    image = kept(name)
    assert image.size == (20, 40), "turned upright"
    assert not image.getexif()
    with default_storage.open(name) as file:
        assert b"where I live" not in file.read()


def test_transparency_stays() -> None:
    assert kept(company_logo.store(encoded(mode="RGBA"), field="logo")).mode == "RGBA"


def test_names_cannot_be_guessed() -> None:
    names = {company_logo.store(encoded(), field="logo") for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == len("logos/.webp") + 32 for name in names)


@pytest.mark.parametrize("text", ["", "no base64!", "data:image/png;base64,AAAA", "QUJD\x00", "\ud800", "QUJ", "é"])
def test_what_is_no_base64_or_no_image_is_refused(text: str) -> None:
    assert refusal_of(text)


def test_a_drawing_with_scripts_is_no_logo() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert "PNG, JPEG" in refusal_of(base64.b64encode(svg).decode())


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO"])
def test_other_kinds_are_refused(kind: str) -> None:
    assert "PNG, JPEG" in refusal_of(encoded(kind))


@pytest.mark.parametrize("side", [50_000, 12_000, 4_097])
def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_header(side: int) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    assert "pixels a side" in refusal_of(base64.b64encode(png).decode())


def test_a_picture_that_is_cut_off_is_refused() -> None:
    whole = base64.b64decode(encoded(size=(300, 300)))
    assert "can be read" in refusal_of(base64.b64encode(whole[: len(whole) // 2]).decode())


def test_more_bytes_than_allowed_are_refused() -> None:
    assert "700,000 bytes" in refusal_of("A" * 933_340)
    assert "700,000 bytes" in refusal_of(base64.b64encode(b"x" * 700_001).decode())


@pytest.mark.django_db
def test_the_old_logo_goes_when_the_new_one_is_kept() -> None:
    company = CompanyFactory()
    by = viewer_of(MembershipFactory(company=company, role="owner").user)

    def change(logo: str | None) -> Company:
        return company_profile.update(by=by, company_id=company.pk, changes={"logo": logo})

    first = change(encoded()).logo
    assert default_storage.exists(first)
    second = change(encoded()).logo
    assert default_storage.exists(second)
    assert change(None).logo == ""
    deliver_all()
    assert not default_storage.exists(first)
    assert not default_storage.exists(second)
