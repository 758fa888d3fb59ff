"""Fits XGBoost (hist, 200 trees, rate .05, 31 leaves, native categories) to a prepared table.

usage: python3 xgboost-peer.py FILE LABEL SPLIT CATEGORICAL,… DROPPED,…; prints one JSON object.
"""

import json
import sys
import time

import pandas
import xgboost
from sklearn.metrics import log_loss, roc_auc_score

path, label, split, categorical, dropped = sys.argv[1:6]
named = [name for name in categorical.split(",") if name]
table = pandas.read_csv(path, dtype={name: str for name in named})
features = table.drop(columns=[label, split] + [name for name in dropped.split(",") if name])
for name in features.columns:
    if name in named or not pandas.api.types.is_numeric_dtype(features[name]):
        features[name] = features[name].astype("category")
features.columns = [f"column {place}" for place in range(features.shape[1])]  # it refuses [ ] <
train = table[split] == "train"
model = xgboost.XGBClassifier(
    tree_method="hist",
    n_estimators=200,
    learning_rate=0.05,
    grow_policy="lossguide",
    max_leaves=31,
    max_depth=0,
    min_child_weight=1,
    enable_categorical=True,
    n_jobs=2,
)
began = time.perf_counter()
model.fit(features[train], table[label][train])
seconds = time.perf_counter() - began
said = model.predict_proba(features[~train])[:, 1]
truth = table[label][~train]
print(
    json.dumps(
        {
            "rocAuc": roc_auc_score(truth, said),
            "logLoss": log_loss(truth, said),
            "fitSeconds": seconds,
        }
    )
)
