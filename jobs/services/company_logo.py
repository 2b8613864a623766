"""Companies' logos: whatever image comes, another one is made of its pixels, small and without anything else in it."""

import base64
import binascii
from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from accounts.services import stored_file
from kernel.errors import Invalid

MOST_BYTES = 700_000
MOST_SIDE = 4_096  # pixels; 64 MiB of memory while it is read
SHOWN_SIDE = 512
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def store(encoded: str, *, field: str) -> str:
    """Keep the image that is encoded in base64 under a name that nobody can guess, and give the name.

    PNG, JPEG, WebP or GIF, whatever it calls itself; of a moving image the first picture. It becomes WebP of at most
    512 pixels a side. Raises `Invalid` for what is none of these, or larger than 700,000 bytes or 4,096 pixels a side.
    """
    image = _encode(_decode(encoded, field), field)
    return default_storage.save(f"logos/{uuid4().hex}.webp", ContentFile(image))


def replace(old: str, encoded: str | None, *, field: str) -> str:
    """Keep another image in the place of `old`, which goes once the transaction has committed; none for None."""
    name = "" if encoded is None else store(encoded, field=field)
    if old:
        stored_file.drop([old])
    return name


def _decode(encoded: str, field: str) -> bytes:
    if len(encoded) > (MOST_BYTES + 2) // 3 * 4:
        raise Invalid(f"A logo has at most {MOST_BYTES:,} bytes.", field=field)
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("This is not base64 (RFC 4648, section 4).", field=field) from None
    if len(content) > MOST_BYTES:
        raise Invalid(f"A logo has at most {MOST_BYTES:,} bytes.", field=field)
    return content


def _encode(content: bytes, field: str) -> bytes:
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
        # The size stands in the header: nothing has been unpacked yet.
        if max(picture.size) > MOST_SIDE:
            raise Invalid(f"A logo has at most {MOST_SIDE:,} pixels a side.", field=field)
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid(f"A logo has at most {MOST_SIDE:,} pixels a side.", field=field) from None
    except Exception:  # noqa: BLE001 - readers of images raise all there is for one that is broken
        raise Invalid("This is no PNG, JPEG, WebP or GIF that can be read.", field=field) from None
    plain.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    written = BytesIO()
    # Of a new image only the pixels are written: no EXIF, no profile, no comments.
    Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(written, "WEBP", quality=90, method=4)
    return written.getvalue()
