"""Compares `milepost fences which` with shapely (areas) and pyproj (circles).

    python3 -m venv venv && venv/bin/pip install shapely pyproj numpy
    venv/bin/python tests/oracle/fences.py --milepost target/release/milepost --pairs 10000000

Makes random fences (stars, holes, holes that touch the outline, slivers, two parts, parts that touch, vertices that come
twice, rings across the antimeridian, 5,000 vertices, circles) and points in and around each, and asks both which point is in its fence. Points within 1 cm of a border are left out. Prints the
number of pairs and of mismatches; ends with 1 when there are any.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile

import numpy as np
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
BAND_M = 0.01


def star(rng, lon, lat, radius, count):
    """A ring around a place, longitudes not wrapped."""
    east = radius / (111_320 * math.cos(math.radians(lat)))
    north = radius / 110_574
    ring = []
    for n in range(count):
        angle = 2 * math.pi * n / count
        share = rng.uniform(0.4, 1.0)
        ring.append((lon + east * share * math.cos(angle), lat + north * share * math.sin(angle)))
    return ring + ring[:1]


def fence(rng, number):
    """A GeoJSON geometry, its properties, the shapely polygon (not wrapped), and a place and reach in metres."""
    lat = rng.uniform(-85, 85)
    lon = 180.0 + rng.uniform(-0.02, 0.02) if number % 5 == 0 else rng.uniform(-179, 179)
    radius = 10 ** rng.uniform(1.0, 3.7)
    kind = number % 7
    if kind == 0:
        place = [wrap(lon), lat]
        return {"type": "Point", "coordinates": place}, {"radius_m": radius}, None, (lon, lat, radius)
    if kind == 1:
        outer, hole = star(rng, lon, lat, radius, 24), star(rng, lon, lat, radius * 0.3, 9)
        rings = [[outer, hole]]
    elif kind == 2:
        east, north = radius / (111_320 * math.cos(math.radians(lat))), 1e-3 * radius / 110_574
        rings = [[[(lon, lat), (lon + east, lat + north), (lon + east, lat + 2 * north), (lon, lat)]]]
    elif kind == 3:
        apart = 4 * radius / (111_320 * math.cos(math.radians(lat)))
        rings = [[star(rng, lon, lat, radius, 12)], [star(rng, lon + apart, lat, radius, 12)]]
    elif kind == 4 and number % 50 == 4:
        rings = [[star(rng, lon, lat, radius, 5_000)]]
    elif kind == 5:
        # The hole has one vertex of the outline.
        outer, inner = star(rng, lon, lat, radius, 24), star(rng, lon, lat, radius * 0.2, 3)
        rings = [[outer, [outer[3], inner[1], inner[2], outer[3]]]]
    elif kind == 6 and number % 2 == 0:
        # The parts share one vertex: the easternmost of one and the westernmost of the other.
        one, other = star(rng, lon, lat, radius, 16), star(rng, lon, lat, radius, 16)
        east, west = max(one), min(other)
        moved = [(x - west[0] + east[0], y - west[1] + east[1]) for x, y in other]
        rings = [[one], [[east if before == west else after for before, after in zip(other, moved)]]]
    elif kind == 6:
        ring = star(rng, lon, lat, radius, 20)
        rings = [[[vertex for vertex in ring for _ in range(rng.choice([1, 1, 2, 3]))]]]
    else:
        rings = [[star(rng, lon, lat, radius, rng.randrange(3, 40))]]
    area = shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in rings])
    if kind != 2 and not area.is_valid:
        return fence(rng, number)
    coordinates = [[[[wrap(x), y] for x, y in ring] for ring in part] for part in rings]
    return {"type": "MultiPolygon", "coordinates": coordinates}, {}, area, (lon, lat, radius)


def wrap(lon):
    return lon - 360 if lon > 180 else lon + 360 if lon < -180 else lon


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--milepost", required=True)
    arguments.add_argument("--pairs", type=int, default=200_000)
    arguments.add_argument("--fences", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    each = max(1, options.pairs // options.fences)
    features, expected = [], {}
    with tempfile.TemporaryDirectory() as folder:
        points_file = f"{folder}/points.csv"
        with open(points_file, "w") as points:
            points.write("id,latitude,longitude\n")
            for number in range(options.fences):
                geometry, properties, area, (lon, lat, radius) = fence(rng, number)
                features.append(
                    {"type": "Feature", "id": f"f{number}", "geometry": geometry, "properties": properties}
                )
                reach = radius * (6 if area is not None and len(area.geoms) > 1 else 1.3)
                x = lon + np.array([rng.uniform(-1, 1) for _ in range(each)]) * reach / (
                    111_320 * math.cos(math.radians(lat))
                )
                y = lat + np.array([rng.uniform(-1, 1) for _ in range(each)]) * reach / 110_574
                if area is None:
                    away = GEOD.inv(np.full(each, lon), np.full(each, lat), x, y)[2]
                    inside, near = away <= radius, np.abs(away - radius) < BAND_M
                else:
                    # What stands in the file is what both are asked about: the wrapped numbers, unwrapped again.
                    inside = shapely.covers(area, shapely.points(x, y))
                    scale = 110_574 * math.cos(math.radians(lat))
                    near = shapely.distance(area.boundary, shapely.points(x, y)) * scale < BAND_M
                for place in range(each):
                    if not near[place]:
                        key = f"{number}-{place}"
                        expected[key] = bool(inside[place])
                        points.write(f"{key},{float(y[place])!r},{wrap(float(x[place]))!r}\n")
        fences_file = f"{folder}/fences.geojson"
        with open(fences_file, "w") as out:
            json.dump({"type": "FeatureCollection", "features": features}, out)
        asked = subprocess.Popen(
            [options.milepost, "fences", "which", "--fences", fences_file, "--points", points_file],
            stdout=subprocess.PIPE,
            text=True,
        )
        pairs = mismatches = 0
        for line in asked.stdout:
            answer = json.loads(line)
            number = answer["id"].split("-")[0]
            pairs += 1
            if (f"f{number}" in answer["fences"]) != expected[answer["id"]]:
                mismatches += 1
                if mismatches <= 10:
                    print("mismatch", answer["id"], answer["fences"], expected[answer["id"]], file=sys.stderr)
        if asked.wait() != 0 or pairs != len(expected):
            sys.exit(f"milepost answered {pairs} of {len(expected)} points and ended with {asked.returncode}")
    inside = sum(expected.values())
    print(json.dumps({"pairs": pairs, "inside": inside, "mismatches": mismatches}))
    sys.exit(1 if mismatches else 0)


if __name__ == "__main__":
    main()
