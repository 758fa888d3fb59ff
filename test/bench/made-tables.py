"""Makes a folder of tables that bench:quality can judge: hundreds of features, few rows; many rows.

usage: python3 made-tables.py FOLDER, then npm run bench:quality -- FOLDER
"""

import json
import pathlib
import sys

import numpy
import pandas
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def written(name, features, labels, categorical=()):
    table = features.assign(y=labels)
    taught, _ = train_test_split(table.index, test_size=0.3, random_state=0, stratify=labels)
    table["split"] = numpy.where(table.index.isin(taught), "train", "test")
    table.to_csv(folder / f"{name}.csv.gz", index=False)
    how = {"label": "y", "split": "split", "order": None, "categorical": list(categorical)}
    return name, {"task": name, "file": f"{name}.csv.gz", **how}


def wide():
    numbers, labels = make_classification(
        5000, 300, n_informative=15, n_redundant=20, flip_y=0.1, class_sep=0.7, random_state=1
    )
    return written("wide", pandas.DataFrame(numbers.round(4)).add_prefix("f"), labels)


def many_rows():
    numbers, labels = make_classification(
        400_000, 15, n_informative=8, flip_y=0.05, class_sep=0.7, random_state=21
    )
    features = pandas.DataFrame(numbers.round(4)).add_prefix("f")
    kinds = numpy.random.default_rng(21).integers(0, 40, len(features))
    features["kind"] = [f"k{kind}" for kind in kinds]
    return written("many_rows", features, labels, ["kind"])


manifest = dict([wide(), many_rows()])
(folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
