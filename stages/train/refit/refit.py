"""The fit of the champion on every row of a table."""

from sklearn.pipeline import Pipeline

from stages.shared.schemas.champion import RefitRecipe
from stages.shared.storage.parquet import Table
from stages.train.classifiers.blend import make_voting
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext
from stages.train.strategy.cross_validation import fit_final
from stages.train.tuning.grid import CandidateParams


def refit(table: Table, params: TrainParams, recipe: RefitRecipe) -> Pipeline:
    """Return the model of `recipe`, with the settings that were chosen on train, fitted on all rows of `table`.

    Raises InputError when its sampler or its classifier cannot work with these rows.
    """
    context = StrategyContext(table, recipe.strategy, params)
    best_params = {name: CandidateParams(tuned.sampler, tuned.classifier) for name, tuned in recipe.tuned.items()}
    weights = recipe.members or {recipe.classifier: 1.0}
    models = fit_final(context, best_params, [name for name, weight in weights.items() if weight]).models
    return make_voting(models, weights) if recipe.members else models[recipe.classifier]
