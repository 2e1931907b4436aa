"""What is unusual about a table, judged as a whole."""

import pyarrow as pa

from stages.shared.schemas.contract import Contract
from stages.shared.storage.arrow import to_floats
from tools.predict.unusual import Unusual, count_cells, judge_counts


def find_unusual(features: pa.Table, contract: Contract, unseen: dict[str, int]) -> list[Unusual]:
    counts = count_cells(features, contract, unseen)
    return judge_counts(
        counts, contract, lambda feature: to_floats(features.column(feature.name).combine_chunks().drop_null())
    )
