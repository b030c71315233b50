"""The regions of a generated country: one centre, provinces, cities and counties, each with one agency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from casegen.columns import Ints, constant, numbered

CENTRE = "cn"
LEVELS = ("province", "city", "county")


@dataclass(frozen=True)
class Regions:
    """Codes by level, and the index of each city's province and each county's city and province."""

    codes: dict[str, pa.Array]
    province_of_city: Ints
    city_of_county: Ints
    province_of_county: Ints

    def count(self, level: str) -> int:
        """Return how many regions a level has."""
        return len(self.codes[level])

    def table(self) -> dict[str, pa.Array]:
        """Return the table regions."""
        province, city, county = (self.codes[level] for level in LEVELS)
        centre = pa.array([CENTRE])
        parents = [
            pa.nulls(1, pa.string()), constant(CENTRE, len(province)),
            province.take(pa.array(self.province_of_city)), city.take(pa.array(self.city_of_county)),
        ]  # fmt: skip
        levels = ["central"] + [level for level in LEVELS for _ in range(self.count(level))]
        codes = pa.concat_arrays([centre, province, city, county])
        return {"code": codes, "name": codes, "level": pa.array(levels), "parent": pa.concat_arrays(parents)}

    def agencies(self) -> dict[str, pa.Array]:
        """Return the table agencies: `a-CODE` in each region."""
        codes = self.table()["code"]
        ids = agency_of(codes)
        return {"id": ids, "name": ids, "region": codes}


def agency_of(codes: pa.Array) -> pa.Array:
    """Return the ids of the agencies in the given regions."""
    return pa.compute.binary_join_element_wise("a", codes, "-")


def country(counties: int) -> Regions:
    """Return a country of about nine counties a city and about a hundred counties a province, as China has."""
    cities = max(1, round(counties / 9))
    provinces = max(1, round(counties / 97))
    city_of_county = np.arange(counties, dtype=np.int64) * cities // counties
    province_of_city = np.arange(cities, dtype=np.int64) * provinces // cities
    return Regions(
        {
            "province": numbered("p", np.arange(provinces), 3),
            "city": numbered("t", np.arange(cities), 5),
            "county": numbered("c", np.arange(counties), 6),
        },
        province_of_city,
        city_of_county,
        province_of_city[city_of_county],
    )
