"""Accounts and pictures, as rows, for tests of what shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from photogen.domain.gallery import NewImage
from photogen.kit.ids import new_id
from photogen.models import Account

MOMENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def account(**changes: Any) -> Account:
    """A creator on the free plan."""
    id_ = new_id()
    return Account(**{"id": id_, "email": f"{id_}@example.com", "name": "Ada", "password_hash": "-"} | changes)


def image(account_id: str, **changes: Any) -> NewImage:
    """A square picture of a fox; `minute` says how long after MOMENT it was made."""
    id_ = changes.pop("id", None) or new_id()
    minute = changes.pop("minute", 0)
    values: dict[str, Any] = {
        "id": id_,
        "account_id": account_id,
        "generation_id": None,
        "shot_id": id_,
        "model_key": "together:flux-schnell",
        "model_name": "FLUX schnell",
        "lora_model_id": None,
        "prompt": "a red fox in the snow",
        "prompt_sent": "a red fox in the snow, film grain",
        "aspect": "1:1",
        "width": 1024,
        "height": 1024,
        "seed": 42,
        "vendor": "together",
        "credits": 1,
        "storage_key": f"images/{id_}/original.png",
        "content_type": "image/png",
        "bytes": 1000,
        "recipe": {"steps": 4, "style": "film", "seconds": 1.5, "vendor_model": "black-forest-labs/FLUX.1-schnell"},
        "created_at": MOMENT + timedelta(minutes=minute),
    }
    return NewImage(**values | changes)


_MANY = text(
    """
    INSERT INTO image (id, account_id, shot_id, model_key, model_name, prompt, prompt_sent, aspect, width, height, seed,
                       recipe, vendor, credits, storage_key, content_type, bytes, thumbhash, created_at)
    SELECT id, :account, id, CASE WHEN n <= :count / 3 THEN 'flux:old' ELSE 'together:flux-schnell' END, 'FLUX',
           prompt, prompt || ', film grain, 35 mm',
           (ARRAY['1:1', '3:4', '3:2', '16:9'])[shape], (ARRAY[1024, 896, 1216, 1344])[shape],
           (ARRAY[1024, 1152, 832, 768])[shape], n,
           jsonb_build_object('steps', 4, 'guidance', 3.5, 'vendor_model', 'black-forest-labs/FLUX.1-schnell',
                              'seconds', 1.84, 'style', CASE WHEN n % 1000 = 5 THEN 'noir' ELSE '' END),
           'together', 1, 'images/' || id || '/original.png', 'image/png', 1500000, 'IQgSLYZ6iHePh4h1eFeHh4dwgwg3',
           timestamptz '2026-01-01 00:00Z' + n * interval '37 seconds'
      FROM (SELECT n, 1 + n / 4 % 4 AS shape,
                   '01' || lpad(to_hex(n), 8, '0') || substr(md5(:account || n), 1, 16) AS id,
                   'a ' || (ARRAY['red','blue','golden','quiet','misty','broken','electric','paper'])[1 + n / 4 % 8]
                   || ' '
                   || (ARRAY['fox','portrait','harbour','kitchen','astronaut','violin','garden'])[1 + n / 4 % 7]
                   || ' by the ' || (ARRAY['window','sea','old station','river','market'])[1 + n / 4 % 5]
                   || ', soft light, photograph, session ' || n / 40
                   || CASE WHEN n % 10000 = 77 THEN ' with a heliotrope' ELSE '' END
                   || CASE WHEN n % 40 = 3 THEN ' at dusk' ELSE '' END AS prompt
              FROM generate_series(1, :count) AS n) AS made
    """
)


def many_images(engine: Engine, account_id: str, count: int) -> None:
    """Adds `count` pictures in batches of four, 37 seconds apart, in one statement.

    'photograph' is on all of them, 'fox' on one in seven, 'dusk' on one in 40, 'heliotrope' on one in 10,000; one in
    1,000 has the style noir, and the oldest third the model flux:old."""
    with engine.begin() as connection:
        connection.execute(_MANY, {"account": account_id, "count": count})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE image"))
