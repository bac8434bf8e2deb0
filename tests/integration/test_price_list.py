"""The price list that is delivered inside the pages is the one that the migrations put into the plan table."""

import json
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

DELIVERED = Path(__file__).parents[2] / "photogen/web/pages/pricing/price_list.json"


def test_delivered_prices_are_the_migrated_ones(database_url):
    delivered = json.loads(DELIVERED.read_text(encoding="utf-8"))
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        rows = connection.execute("SELECT * FROM plan ORDER BY sort").fetchall()
    assert [{name: row[name] for name in delivered[0]} for row in rows] == delivered
